import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check'
import { expect, it } from 'vitest'

import { createCorrelations } from '#detect/correlations.ts'
import { assembleRules } from '#detect/rule-set.ts'
import type { CorrelationHit } from '#domain/rule.ts'

import { createPastHits } from './past-hits.ts'

const SPAN_HOURS = 5
const { correlations } = assembleRules([
  {
    file: 'r.yml',
    text: `title: T\nid: t\nlogsource: { product: p }\ndetection: { s: { op: a }, condition: s }\ncordon: { first-seen: { fields: [user], timespan: ${SPAN_HOURS}h, learning: 0s } }`,
  },
])

const EVENTS = array(
  record({
    hour: integer({ min: 0, max: 20 }),
    user: constantFrom('ana', 'ben'),
    /** By which rules it was told, if by any: `other` was switched on before the rule was. */
    told: constantFrom<string[] | undefined>(undefined, ['t:events'], ['other'], ['other', 't:events']),
    isKnown: boolean(),
  }),
  { maxLength: 20 },
)

function hitOf({ hour, user }: { hour: number; user: string }, index: number, rules: string[]): CorrelationHit {
  const time = new Date(Date.UTC(2026, 10, 20) + hour * 3_600_000).toISOString()
  return { eventId: String(index).padStart(4, '0'), time, rules, facts: { user: [user] }, sentence: 'Something.' }
}

it('makes new what is new among all that was stored, and tells it of what was told alone', () => {
  assert(
    property(EVENTS, (events) => {
      const all = events.map((event, index) => ({ ...event, eventId: String(index).padStart(4, '0') }))
      const isTold = ({ told }: (typeof all)[number]) => told?.includes('t:events') === true
      // What was told is stored as well, or not yet.
      const stored = events
        .flatMap((event, index) => (isTold(all[index]!) && !event.isKnown ? [] : [hitOf(event, index, ['t:events'])]))
        .toSorted((a, b) => (a.time < b.time ? -1 : 1))
      const hits = events
        .flatMap((event, index) => (event.told ? [hitOf(event, index, event.told)] : []))
        .toSorted((a, b) => (a.time < b.time ? -1 : 1))
      const running = createCorrelations(correlations)
      const behind = createPastHits({ hits: stored }, running)
      const raised = hits.flatMap((hit) => {
        behind.rememberBefore(hit)
        return running.push(hit).map(({ eventId }) => eventId)
      })
      behind.rememberRest()
      const isNew = ({ hour, user }: (typeof all)[number]) =>
        !all.some((other) => other.user === user && other.hour < hour && other.hour >= hour - SPAN_HOURS)
      const expected = all.filter((event) => isTold(event) && isNew(event)).map(({ eventId }) => eventId)
      expect([...new Set(raised)].toSorted()).toEqual(expected.toSorted())
    }),
    { numRuns: 500 },
  )
})
