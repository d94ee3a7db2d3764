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

const B = `---
title: B
id: b
logsource: { product: p }
detection: { s: { op: b }, condition: s }
`
const ABSENCE = '{ absence: { of: [b], group-by: [user], timespan: 1h } }'
const did = (minute: number, op: string, user = 'ana') => ({ _t: minute * 60, op, user })

describe('absence', () => {
  it('is where nothing of the other rules follows in the same group within the timespan, its end included', async () => {
    const events = [
      did(0, 'a'),
      did(60, 'b'),
      did(70, 'a'),
      did(130.1, 'b'),
      did(200, 'a'),
      did(201, 'b', 'ben'),
      did(260, 'c'),
    ]
    expect(await holds(rulesOf(ABSENCE, B), events)).toEqual([
      [2, 0],
      [4, 0],
    ])
  })

  it('is not said before the timespan is over', async () => {
    expect(await holds(rulesOf(ABSENCE, B), [did(0, 'a'), did(59.9, 'c')])).toEqual([])
    expect(await holds(rulesOf(ABSENCE, B), [did(0, 'a'), did(60, 'c')])).toEqual([[0, 0]])
  })

  it('is taken back by what comes late, and not by what was before or at the same moment', async () => {
    const events = [did(10, 'a'), did(10, 'b'), did(5, 'b'), did(100, 'c')]
    expect(await holds(rulesOf(ABSENCE, B), events)).toEqual([[0, 0]])
    expect(await holds(rulesOf(ABSENCE, B), [...events, did(11, 'b')])).toEqual([])
  })

  it('is of the rule itself where it names no other: where its events end, and where they pause', async () => {
    const events = [did(0, 'a'), did(30, 'a'), did(100, 'a'), did(100, 'a'), did(300, 'c')]
    expect(await holds(rulesOf('{ absence: { timespan: 1h } }'), events)).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ])
  })

  it('groups by an alias where the rules call it otherwise, and passes by events without it', async () => {
    const aliased = '{ absence: { of: [b], group-by: [who], timespan: 1h, aliases: { who: { t: user, b: target } } } }'
    const events = [did(0, 'a'), did(1, 'a', 'ben'), { _t: 120, op: 'b', target: 'Ben' }, { _t: 3, op: 'a' }]
    expect(await holds(rulesOf(aliased, B), [...events, did(100, 'c')])).toEqual([
      [0, 0],
      [1, 0],
    ])
    expect(await holds(rulesOf(aliased, B), [...events, { _t: 120, op: 'b', target: 'ben' }, did(100, 'c')])).toEqual([
      [0, 0],
    ])
  })

  it('may be over a correlation and stand under one, and waits for an absence below it', async () => {
    const more = `${B}---
title: Two
id: two
correlation: { type: event_count, rules: [b], group-by: [user], timespan: 10m, condition: { gte: 2 } }
---
title: Not undone twice, then C
id: chain
correlation: { type: temporal_ordered, rules: [t, c], group-by: [user], timespan: 2h }
---
title: C
id: c
name: c
logsource: { product: p }
detection: { s: { op: c }, condition: s }
---
title: C and no silence within an hour
id: outer
name: outer
logsource: { product: p }
detection: { s: { op: c }, condition: s }
cordon: { absence: { of: [t], group-by: [user], timespan: 1h } }
`
    const rules = rulesOf(ABSENCE.replace('[b]', '[two]'), more)
    expect(rules.problems).toEqual([])
    const told = async (events: readonly PlainEvent[]) =>
      (await streamEngine.run(rules, events))
        .filter(({ rule }) => ['t', 'chain', 'outer'].includes(rule))
        .map(({ rule, index }) => `${rule} ${index}`)
    const undone = [did(0, 'a'), did(5, 'b'), did(6, 'b'), did(20, 'c')]
    expect(await told([...undone, did(139, 'x')])).toEqual([])
    expect(await told([...undone, did(140, 'x')])).toEqual(['outer 3'])
    expect(await told([did(0, 'a'), did(5, 'b'), did(20, 'c'), did(140, 'x')])).toEqual(['t 0', 'outer 2', 'chain 2'])
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
    [`{ group-by: [user], ${FIRST_SEEN.slice(2)}`, '`group-by` beside `first-seen`'],
    [`{ ${FIRST_SEEN.slice(2, -2)}, ${SPEED.slice(2)}`, '`speed` beside `first-seen`'],
    [`{ ${ABSENCE.slice(2, -2)}, ${SPEED.slice(2)}`, '`absence` beside `speed`'],
    ['{ absence: { of: [b] } }', 'no timespan'],
    ['{ absence: { of: [b], timespan: 8d } }', 'the timespan `8d`'],
    ['{ absence: { of: [b], timespan: 1h, lateness: 2d } }', 'the lateness `2d`'],
    ['{ absence: { of: [], timespan: 1h } }', '`of` without a rule'],
    ['{ absence: { of: [b, b], timespan: 1h } }', '`b` twice'],
    ['{ absence: { of: [b], group-by: [], timespan: 1h } }', 'no group-by'],
    ['{ absence: { of: [b], timespan: 1h, aliases: { who: {} } } }', 'the alias `who`'],
    ['{ absence: { not-of: [b], timespan: 1h } }', '`not-of` in `absence`'],
    ['{ absence: { of: [b], timespan: 1h } }', '`b`, which no rule is called'],
    [`{ absence: { of: [${Array.from({ length: 21 }, (_, n) => `r${n}`).join()}], timespan: 1h } }`, '21 rules'],
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
