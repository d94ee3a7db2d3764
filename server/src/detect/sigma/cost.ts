import type { Fault } from './problem.ts'
import type { RuleValue } from './reader.ts'
import { weighRegex } from './regex.ts'

/**
 * What one rule may ask for, so that neither an event nor a year of history takes long to look at. Most rules of
 * SigmaHQ come to a hundredth of it, none to more than a third. Plain values are not counted: thousands are looked for at once.
 */
const MOST = {
  'fields with values': 1_000,
  'values under `all`': 500,
  'values with wildcards within': 500,
  'networks, numbers, times and names of other fields': 300,
  'regular expressions': 200,
  'characters of regular expressions': 20_000,
  'steps of regular expressions': 3_000,
} as const
const MOST_WILDCARDS = 100

type Unit = keyof typeof MOST

const TYPED = new Set(['cidr', 'lt', 'lte', 'gt', 'gte', 'fieldref', 'minute', 'hour', 'day', 'week', 'month', 'year'])

/** Adds up what the items of a document ask for. */
export class Cost {
  readonly #spent = new Map<Unit, number>()

  /** Counts an item in; what it makes too much. */
  add(key: string | undefined, values: readonly RuleValue[]): Fault | undefined {
    const [, ...modifiers] = (key ?? '').split('|')
    this.#spend('fields with values', 1)
    if (modifiers.includes('all')) this.#spend('values under `all`', values.length)
    if (modifiers.includes('re')) return this.#expressions(values) ?? this.#excess()
    if (modifiers.some((name) => TYPED.has(name))) {
      this.#spend('networks, numbers, times and names of other fields', values.length)
    } else {
      const wild = values.filter(({ source }) => /.[*?]./s.test(source))
      const wildest = Math.max(0, ...wild.map(({ source }) => source.replaceAll(/[^*?]/g, '').length))
      if (wildest > MOST_WILDCARDS) {
        return { found: `a value with ${wildest} wildcards`, allowed: `at most ${MOST_WILDCARDS}` }
      }
      this.#spend('values with wildcards within', wild.length)
    }
    return this.#excess()
  }

  #expressions(values: readonly RuleValue[]): Fault | undefined {
    for (const { source } of values) {
      this.#spend('regular expressions', 1)
      this.#spend('characters of regular expressions', source.length)
      // Only then is it made into steps, which takes as long as there are many.
      const excess = this.#excess()
      if (excess) return excess
      this.#spend('steps of regular expressions', weighRegex(source))
    }
    return undefined
  }

  #spend(unit: Unit, count: number): void {
    this.#spent.set(unit, (this.#spent.get(unit) ?? 0) + count)
  }

  #excess(): Fault | undefined {
    for (const [unit, count] of this.#spent) {
      if (count > MOST[unit]) return { found: `${count} ${unit}`, allowed: `at most ${MOST[unit]} in a rule` }
    }
    return undefined
  }
}
