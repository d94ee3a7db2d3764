import { array, assert, constantFrom, integer, property, record, shuffledSubarray, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { assembleRules } from '#detect/rule-set.ts'

import { type Arrival, type Change, Correlator, LIMITS } from './correlator.ts'

const BASES = ['a', 'b', 'c']
  .map((op) => `title: ${op}\nname: ${op}\nlogsource: {product: p}\ndetection:\n  s: {op: ${op}}\n  condition: s\n`)
  .join('---\n')

const CORRELATIONS = {
  event_count: 'rules: [a, b]\n  condition: {gte: 3}',
  value_count: 'rules: [a, b]\n  condition: {field: ip, gte: 2}',
  value_sum: 'rules: [a, b]\n  condition: {field: n, gt: 4}',
  value_avg: 'rules: [a, b]\n  condition: {field: n, gt: 1.5, lte: 3}',
  value_percentile: 'rules: [a, b]\n  condition: {field: n, percentile: 75, gte: 2}',
  temporal: 'rules: [a, b, c]',
  temporal_ordered: 'rules: [a, b, c]',
}

/** What Sigma has no words for: rules that are correlations over what they match. */
const FIRST_SEEN = 'first-seen: { fields: [user], timespan: 10s, learning: 0s }'
const ABSENCE = 'absence: { of: [b, c], group-by: [user], timespan: 5s }'
const JUDGMENTS = [
  FIRST_SEEN,
  'speed: { group-by: [user], timespan: 10s, faster-than: 3000 km/h, farther-than: 2 km }',
  ABSENCE,
  'absence: { timespan: 2s }',
]

const judging = (said: string) =>
  `title: X\nname: X\nlogsource: {product: p}\ndetection:\n  s: {op: a}\n  condition: s\ncordon: { ${said} }\n`

function correlationsOf(yaml: string) {
  const { correlations, problems } = assembleRules([{ file: 'r.yml', text: `${BASES}---\n${yaml}` }])
  expect(problems).toEqual([])
  return correlations
}

const correlation = (type: string, rest: string, title = 'X') =>
  `title: ${title}\nname: ${title}\ncorrelation:\n  type: ${type}\n  ${rest}\n  group-by: user\n  timespan: 10s\n`

interface Sample {
  t: number
  op: string
  user: string
  ip: string
  n: number
  'source.geo.location.lat': number
  'source.geo.location.lon': number
}

const sample = record({
  t: integer({ min: 0, max: 40 }),
  op: constantFrom('a', 'b', 'c'),
  user: constantFrom('u', 'v'),
  ip: constantFrom('1', '2', '3'),
  n: integer({ min: 0, max: 4 }),
  'source.geo.location.lat': constantFrom(52, 52.01, 52.1),
  'source.geo.location.lon': constantFrom(4, 4.02, 5),
})

function arrival(event: Sample, index: number): Arrival<number> {
  const { t, op, ...fields } = event
  return {
    id: String(index).padStart(6, '0'),
    time: t * 1000,
    ref: index,
    rules: [op, ...(op === 'a' ? ['X:events'] : [])],
    facts: Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, [String(value)]])),
  }
}

const SAMPLE: Sample = {
  t: 0,
  op: 'a',
  user: 'u',
  ip: '1',
  n: 0,
  'source.geo.location.lat': 52,
  'source.geo.location.lon': 4,
}

/** Until which second everything is known in the end. */
const KNOWN = 30

/** Where each correlation holds in the end; with each event that arrives, another second is known, or none before the end. */
function run(correlator: Correlator<number>, arrivals: readonly Arrival<number>[], passes = false): string[] {
  const holds = new Map<string, string>()
  const note = ({ correlation: { title }, seen, group, aggregate }: Change<number>) => {
    const key = `${title} ${seen.ref} ${group.join()}`
    if (aggregate === undefined) holds.delete(key)
    else holds.set(key, `${key} ${aggregate}`)
  }
  const passUntil = (second: number) => correlator.pass(new Map([['X', second * 1000]])).forEach(note)
  for (const [index, each] of arrivals.entries()) {
    correlator.push(each).forEach(note)
    if (passes && index < KNOWN) passUntil(index)
  }
  passUntil(KNOWN)
  return [...holds.values()].toSorted()
}

describe('a correlation comes to the same', () => {
  it.each([
    ...Object.entries(CORRELATIONS).map(([type, rest]) => [type, correlation(type, rest)] as const),
    ...JUDGMENTS.map((said) => [said, judging(said)] as const),
  ])('in whatever order its events arrive, and however often: %s', (_type, yaml) => {
    const correlations = correlationsOf(yaml)
    const streams = array(sample, { maxLength: 25 }).chain((events) => {
      const arrivals = events.map(arrival)
      return tuple(
        shuffledSubarray(arrivals, { minLength: arrivals.length }),
        array(constantFrom(...arrivals, undefined)),
      )
    })
    assert(
      property(streams, ([shuffled, again]) => {
        const inOrder = shuffled.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
        const repeated = [...shuffled, ...again.filter((each) => each !== undefined)]
        const expected = run(new Correlator(correlations), inOrder)
        expect(run(new Correlator(correlations), repeated)).toEqual(expected)
        expect(run(new Correlator(correlations), repeated, true)).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('where it is over another correlation, which a late event makes hold', () => {
    const inner = correlation('event_count', 'rules: [a]\n  condition: {gte: 2}', 'many')
    const outer = correlation('temporal_ordered', 'rules: [many, b]', 'chain')
    const correlations = correlationsOf(`${inner}---\n${outer}`)
    const event = (t: number, op: string): Sample => ({ ...SAMPLE, t, op, user: 'u' })
    const arrivals = [event(1, 'a'), event(2, 'a'), event(3, 'b')].map(arrival)
    const late = [arrivals[1]!, arrivals[2]!, arrivals[0]!]
    expect(run(new Correlator(correlations), late)).toEqual(['chain 2 u 2', 'many 1 u 2'])
    expect(run(new Correlator(correlations), arrivals)).toEqual(['chain 2 u 2', 'many 1 u 2'])
  })
})

describe('the state of correlations is bounded', () => {
  const correlations = correlationsOf(correlation('event_count', 'rules: [a]\n  condition: {gte: 2}'))
  const event = (t: number, user: string, id: number) => arrival({ ...SAMPLE, t, user }, id)

  it('in groups: the stalest go, and are counted', () => {
    const correlator = new Correlator<number>(correlations, { ...LIMITS, groups: 100 })
    for (let n = 0; n < 1000; n++) correlator.push(event(n / 1000, `u${n}`, n))
    expect(correlator.losses.forgotten.get('X')?.groups).toBeGreaterThanOrEqual(900)
    expect(run(correlator, [event(2, 'u999', 5000)])).toEqual(['X 5000 u999 2'])
  })

  it('in events of a group: the oldest go, and are counted', () => {
    const correlator = new Correlator<number>(correlations, { ...LIMITS, entries: 10 })
    for (let n = 0; n < 100; n++) correlator.push(event(n / 1000, 'u', n))
    expect(correlator.losses.forgotten.get('X')).toEqual({ groups: 0, entries: 90 })
    expect(run(correlator, [event(1, 'u', 5000)])).toEqual(['X 5000 u 11'])
  })

  it('of what is first seen to two events a timespan, whatever comes in between', () => {
    const correlator = new Correlator<number>(correlationsOf(judging(FIRST_SEEN)))
    for (let n = 0; n <= 1_000; n++) correlator.push(event(n / 10, 'u', n))
    expect([...correlator.remembered()].length).toBeLessThanOrEqual(22)
    expect(correlator.losses.forgotten.size).toBe(0)
  })

  it('of a group that never rests to some of what can still matter', () => {
    const correlator = new Correlator<number>(correlations, { ...LIMITS, latenessMs: 60_000 })
    for (let n = 0; n < 250; n++) correlator.push(event(n * 10, 'u', n))
    const matters = 60 / 10 + 1 + correlations[0]!.timespanS / 10
    expect([...correlator.remembered()].length).toBeLessThanOrEqual(2 * matters + 1)
  })

  it('where nothing is known of what should follow an event, and as long as it is: then what is old goes', () => {
    const correlator = new Correlator<number>(correlationsOf(judging(ABSENCE)), { ...LIMITS, latenessMs: 60_000 })
    for (const [id, second] of [0, 1, 2, 1_000].entries()) correlator.push(event(second, 'u', id))
    expect([...correlator.remembered()]).toHaveLength(4)
    correlator.pass(new Map())
    correlator.push(event(1_001, 'u', 4))
    expect([...correlator.remembered()]).toHaveLength(2)
  })

  it('in time: an event that is too late changes nothing, and is counted', () => {
    const correlator = new Correlator<number>(correlations, { ...LIMITS, latenessMs: 60_000 })
    run(correlator, [event(100, 'u', 1), event(101, 'u', 2)])
    expect(run(correlator, [event(30, 'u', 3)])).toEqual([])
    expect(correlator.losses.tooLate).toBe(1)
  })

  it('in time; but what something waits for is taken in as long as it is waited for', () => {
    const waitingLong = correlationsOf(judging(ABSENCE.replace('5s', '5s, lateness: 1000s')))
    const of = (second: number, op: string, id: number) => arrival({ ...SAMPLE, t: second, op }, id)
    const waiting = () => {
      const correlator = new Correlator<number>(waitingLong, { ...LIMITS, latenessMs: 60_000 })
      correlator.push(of(0, 'a', 0))
      correlator.push(of(900, 'a', 1))
      return correlator
    }
    expect(run(waiting(), [])).toEqual(['X 0 u 0'])
    const answered = waiting()
    expect(run(answered, [of(3, 'b', 2)])).toEqual([])
    expect(answered.losses.tooLate).toBe(0)
  })
})
