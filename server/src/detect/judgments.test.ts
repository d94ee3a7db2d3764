import { describe, expect, it } from 'vitest'

import type { PlainEvent } from './match.ts'
import { assembleRules } from './rule-set.ts'
import { streamEngine } from './stream.ts'

function rulesOf(cordon: string, more = '') {
  const text = `title: T\nid: t\nname: t\nlogsource: { product: p }\ndetection: { s: { op: a }, condition: s }\ncordon: ${cordon}\n${more}`
  return assembleRules([{ file: 'r.yml', text }])
}

/** Lines of the events at which the rule holds, each with what it comes to. */
async function holds(rules: ReturnType<typeof rulesOf>, events: readonly PlainEvent[]) {
  expect(rules.problems).toEqual([])
  const matches = await streamEngine.run(rules, events)
  return matches.filter(({ rule }) => rule === 't').map(({ index, aggregate }) => [index, aggregate])
}

const DAY = 86_400
const FIRST_SEEN = '{ first-seen: { fields: [user, app], timespan: 14d, learning: 0s } }'
const seen = (day: number, user: string, app?: string, op = 'a') => ({ _t: day * DAY, op, user, ...(app && { app }) })

describe('first-seen', () => {
  it('is where no event that matches had the same values in the timespan before, both ends in', async () => {
    const events = [seen(0, 'ana', 'x'), seen(14, 'ana', 'x'), seen(28.1, 'ana', 'x'), seen(29, 'ana', 'y')]
    expect(await holds(rulesOf(FIRST_SEEN), events)).toEqual([
      [0, 1],
      [2, 1],
      [3, 1],
    ])
  })

  it('folds values as groups do, and passes by events that lack one, do not match or have no time', async () => {
    const events = [
      seen(0, 'ana@x.example', 'x'),
      seen(1, 'Ana@X.example', 'x'),
      seen(2, 'ben'),
      seen(3, 'cem', 'x', 'b'),
      { op: 'a', user: 'dan', app: 'x' },
      seen(4, 'cem', 'x'),
    ]
    expect(await holds(rulesOf(FIRST_SEEN), events)).toEqual([
      [0, 1],
      [5, 1],
    ])
  })

  it('is told of every event of the first moment, and taken back where an earlier one comes late', async () => {
    const together = [seen(5, 'ana', 'x'), seen(5, 'ana', 'x'), seen(5.1, 'ana', 'x')]
    expect(await holds(rulesOf(FIRST_SEEN), together)).toEqual([
      [0, 2],
      [1, 2],
    ])
    expect(await holds(rulesOf(FIRST_SEEN), [...together, seen(1, 'ana', 'x')])).toEqual([[3, 1]])
  })

  it('says nothing while it learns, a week from the first event of all on unless it says otherwise', async () => {
    const events = [seen(0, 'ben', 'x', 'b'), seen(6, 'ana', 'x'), seen(7, 'ana', 'y'), seen(8, 'ana', 'x')]
    expect(await holds(rulesOf('{ first-seen: { fields: [user, app], timespan: 14d } }'), events)).toEqual([[2, 1]])
    expect(await holds(rulesOf('{ first-seen: { fields: user, timespan: 1d } }'), events)).toEqual([[1, 1]])
    const short = rulesOf('{ first-seen: { fields: [user, app], timespan: 14d, learning: 6h } }')
    expect(await holds(short, events)).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('is tuned by filters, and stands under correlations, like any rule', async () => {
    const more = `---
title: Not Ana
logsource: { product: p }
filter: { rules: [t], s: { user: ana }, condition: not s }
---
title: Two new
id: two
correlation: { type: event_count, rules: [t], group-by: [app], timespan: 1d, condition: { gte: 2 }, generate: true }
`
    const events = [seen(0, 'ana', 'x'), seen(0.1, 'ben', 'x'), seen(0.2, 'ben', 'x'), seen(0.3, 'cem', 'x')]
    const rules = rulesOf(FIRST_SEEN, more)
    expect(await holds(rules, events)).toEqual([
      [1, 1],
      [3, 1],
    ])
    const matches = await streamEngine.run(rules, events)
    expect(matches.filter(({ rule }) => rule === 'two').map(({ index }) => index)).toEqual([3])
  })
})

const SPEED = '{ speed: { group-by: [user], timespan: 24h, faster-than: 900 km/h, farther-than: 500 km } }'
const AMSTERDAM = { lat: 52.37, lon: 4.89 }
const SAO_PAULO = { lat: -23.55, lon: -46.63 }
const BRUSSELS = { lat: 50.85, lon: 4.35 }
const at = (hours: number, location: unknown, user = 'ana') => ({
  _t: hours * 3600,
  op: 'a',
  user,
  source: { geo: { location } },
})

describe('speed', () => {
  it('is what somebody would travel at from one event to the next, along the great circle', async () => {
    const events = [at(0, AMSTERDAM), at(2, SAO_PAULO), at(20, AMSTERDAM), at(21, BRUSSELS)]
    expect(await holds(rulesOf(SPEED), events)).toEqual([[1, 4903]])
  })

  it('is not said of places near each other, of two people, or of events further apart than the timespan', async () => {
    expect(await holds(rulesOf(SPEED), [at(0, AMSTERDAM), at(0.01, BRUSSELS)])).toEqual([])
    expect(await holds(rulesOf(SPEED), [at(0, AMSTERDAM), at(1, SAO_PAULO, 'ben')])).toEqual([])
    const slow = rulesOf('{ speed: { group-by: user, timespan: 1h, faster-than: 1 km/h, farther-than: 1 km } }')
    expect(await holds(slow, [at(0, AMSTERDAM), at(2, SAO_PAULO)])).toEqual([])
  })

  it.each([undefined, {}, { lat: 91, lon: 0 }, { lat: 'NaN', lon: 0 }, { lat: 1 }])(
    'passes by an event in the middle that says no place: %j',
    async (place) => {
      const events = [at(0, AMSTERDAM), at(1, place), at(2, SAO_PAULO)]
      expect(await holds(rulesOf(SPEED), events)).toEqual([[2, 4903]])
    },
  )

  it('within a second is as if it took one, and a late event between two changes both', async () => {
    expect(await holds(rulesOf(SPEED), [at(0, AMSTERDAM), at(0, SAO_PAULO)])).toEqual([
      [0, 35298000],
      [1, 35298000],
    ])
    const late = [at(0, AMSTERDAM), at(2, SAO_PAULO), at(1.99, AMSTERDAM)]
    expect((await holds(rulesOf(SPEED), late)).map(([index]) => index)).toEqual([1])
  })
})

describe('what our own keys say wrong', () => {
  it('leaves out a rule whose part would take the id of another, and keeps the other', () => {
    const other =
      '---\ntitle: Other\nid: t:events\nlogsource: { product: p }\ndetection: { s: { op: b }, condition: s }\n'
    const { rules, correlations, problems } = rulesOf(FIRST_SEEN, other)
    expect(rules.map(({ title }) => title)).toEqual(['Other'])
    expect(correlations).toEqual([])
    expect(problems.map(({ found }) => found)).toEqual(['a rule that needs the id `t:events`, which is taken'])
  })

  it.each([
    ['{ first-seen: { fields: [user], timespan: 10000d } }', 'the timespan `10000d`'],
    ['{ first-seen: { fields: [user], timespan: 7d, learning: 8d } }', 'the learning `8d`'],
    ['{ first-seen: { timespan: 7d } }', 'no fields'],
    ['{ first-seen: { fields: [user, user], timespan: 7d } }', '`user` twice'],
    [
      `{ first-seen: { fields: [${Array.from({ length: 100 }, (_, n) => `f${n}`).join()}], timespan: 7d } }`,
      '100 fields',
    ],
    ['{ first-seen: soon }', '`first-seen` that is no mapping'],
    ['{ first_seen: { fields: [user], timespan: 7d } }', '`first_seen` in `cordon`'],
    [`{ group-by: [user], ${FIRST_SEEN.slice(2)}`, '`group-by` beside `first-seen` or `speed`'],
    [`{ ${FIRST_SEEN.slice(2, -2)}, ${SPEED.slice(2)}`, '`speed` beside `first-seen`'],
    [SPEED.replace('900 km/h', 'NaN'), 'the faster-than `NaN`'],
    [SPEED.replace('900 km/h', '900'), 'the faster-than `900`'],
    [SPEED.replace('500 km,', '0 km,').replace('500 km', '0 km'), 'the farther-than `0 km`'],
  ])('is refused, at its place: %s', (cordon, problem) => {
    const { rules, correlations, problems } = rulesOf(cordon)
    expect(problems.map(({ found }) => found)).toContain(problem)
    expect(problems.every(({ line, column, allowed }) => line === 6 && column > 1 && allowed !== '')).toBe(true)
    expect([...rules, ...correlations]).toEqual([])
  })

  it('is all told at once', () => {
    const wrong = '{ speed: { group-by: [user], timespan: forever, faster-than: 1 mph, farther-than: far, x: 1 } }'
    expect(rulesOf(wrong).problems.map(({ found }) => found)).toEqual([
      'the timespan `forever`',
      'the faster-than `1 mph`',
      'the farther-than `far`',
      '`x` in `speed`',
    ])
  })
})
