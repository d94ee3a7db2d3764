import type { Search } from '#app/search.ts'
import { isoTime } from '#domain/clock.ts'

import { SPAN, TENANT } from '#app/filled-store.ts'

/** One search. */
export interface Asked {
  from: string
  to: string
  query?: string
  /** Only counted, as the baseline is. */
  alone?: boolean
}

const DAY_MS = 24 * 3_600_000
const WEEK_MS = 7 * DAY_MS
/** More than one asks, so that some are left for warming up. */
const SPARE = 3

/** As many searches of each kind, no two of a kind alike: people, operations and words that there are, the weeks at random. */
export async function questions(search: Search, { queries, seed }: { queries: number; seed: number }) {
  const random = createRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const day = { from: isoTime(SPAN.from + DAY_MS), to: isoTime(SPAN.from + 2 * DAY_MS) }
  const all = { from: isoTime(SPAN.from - DAY_MS), to: isoTime(SPAN.to + 365 * DAY_MS) }
  const values = async (field: string, limit: number) =>
    (await search.topValues(TENANT, { ...day, field, limit })).map(({ value }) => value)
  const [actions, users, addresses] = await Promise.all([
    values('event.action', 100),
    values('user.name', 100),
    values('source.ip', 100),
  ])
  const { events } = await search.page(TENANT, { ...day, limit: 500 })
  const week = () => {
    const from = SPAN.from + Math.floor(random() * (SPAN.to - SPAN.from - WEEK_MS))
    return { from: isoTime(from), to: isoTime(from + WEEK_MS) }
  }
  const conditions = [
    () => `event.action : "${pick(actions)}" and event.outcome : success`,
    () => `event.action : ("${pick(actions)}" or "${pick(actions)}") and not user.name : "${pick(users)}"`,
    () => `event.provider : Exchange and user.name : "${pick(users).slice(0, 7)}*"`,
    () => `source.ip : ${pick(addresses)} or (event.outcome : failure and event.action : "${pick(actions)}")`,
    () =>
      `event.action : "${pick(actions)}" and source.ip : ${pick(addresses).split('.').slice(0, 2).join('.')}.0.0/16`,
  ]
  const words = () => {
    const sentence = pick(events).message.match(/[\p{L}\p{N}]{3,}/gu) ?? ['signed', 'in', 'from']
    return Array.from({ length: 3 }, () => pick(sentence)).join(' ')
  }
  const several = (make: (index: number) => Asked) => Array.from({ length: queries + SPARE }, (_, index) => make(index))
  return {
    fieldQuery: several((index) => ({ ...week(), query: conditions[index % conditions.length]!() })),
    exactUser: several(() => ({ ...all, query: `user.name : "${pick(users)}"` })),
    text: several(() => ({ ...all, query: words() })),
    everything: several(() => ({ ...week(), alone: true })),
  }
}

/** Mulberry32: the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
