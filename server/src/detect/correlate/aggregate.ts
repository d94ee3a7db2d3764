import type { SigmaCorrelation } from '#detect/sigma/documents.ts'

import { chainsOf } from './chain.ts'
import { type Holds, type RuleTest, ruleTest, thresholdOf } from './condition.ts'
import type { Aggregate } from './entry.ts'
import { firstSeen } from './first-seen.ts'
import { speed } from './speed.ts'

/** A new, empty window for a correlation. */
export function createAggregate(correlation: SigmaCorrelation): Aggregate {
  const { type, condition, percentile = 50 } = correlation
  if (type === 'temporal_ordered') return chainsOf(correlation)
  if (type === 'temporal') {
    return temporal(
      condition.kind === 'rules' ? ruleTest(condition.expression, correlation.rules) : undefined,
      thresholdOf(correlation),
    )
  }
  if (type === 'first_seen') return firstSeen()
  if (type === 'speed') return speed(correlation)
  const holds = thresholdOf(correlation)
  if (type === 'event_count') return eventCount(holds)
  if (type === 'value_count') return valueCount(holds)
  return numbers(
    holds,
    type === 'value_sum' ? sum : type === 'value_avg' ? average : (values) => quantile(values, percentile),
  )
}

function eventCount(holds: Holds): Aggregate {
  let count = 0
  return {
    add: () => void count++,
    drop: () => void count--,
    result: () => (holds(count) ? count : undefined),
  }
}

/** How often each key is in the window. */
class Counts<K> {
  readonly #counts = new Map<K, number>()

  add(key: K): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  drop(key: K): void {
    const left = (this.#counts.get(key) ?? 0) - 1
    if (left > 0) this.#counts.set(key, left)
    else this.#counts.delete(key)
  }

  has(key: K): boolean {
    return this.#counts.has(key)
  }

  get size(): number {
    return this.#counts.size
  }
}

function valueCount(holds: Holds): Aggregate {
  const counts = new Counts<string>()
  return {
    add: ({ value }) => void (typeof value === 'string' && counts.add(value)),
    drop: ({ value }) => void (typeof value === 'string' && counts.drop(value)),
    result: () => (holds(counts.size) ? counts.size : undefined),
  }
}

function temporal(test: RuleTest | undefined, holds: Holds): Aggregate {
  const counts = new Counts<number>()
  const isSeen = (rule: number) => counts.has(rule)
  return {
    add: ({ rules }) => rules.forEach((rule) => counts.add(rule)),
    drop: ({ rules }) => rules.forEach((rule) => counts.drop(rule)),
    result: () => ((test ? test(isSeen, isSeen) : holds(counts.size)) ? counts.size : undefined),
  }
}

/** Numbers in the order they came; computed anew at each event, so that sums of fractions do not drift. */
function numbers(holds: Holds, compute: (values: readonly number[]) => number | undefined): Aggregate {
  let values: number[] = []
  let first = 0
  return {
    add: ({ value }) => void (typeof value === 'number' && values.push(value)),
    drop({ value }) {
      if (typeof value === 'number' && ++first > 1_000) {
        values = values.slice(first)
        first = 0
      }
    },
    result() {
      const aggregate = compute(first === 0 ? values : values.slice(first))
      return aggregate !== undefined && holds(aggregate) ? aggregate : undefined
    },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function average(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length
}

/** With linear interpolation between neighbors, as ClickHouse's quantileExactInclusive. */
function quantile(values: readonly number[], percentile: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const position = (percentile / 100) * (sorted.length - 1)
  const below = Math.floor(position)
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!
  return sorted[below]! + (next - sorted[below]!) * (position - below)
}
