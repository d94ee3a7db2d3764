/** The values of one statement, bound by name and type; each method gives the placeholder to put into the SQL. */
export class Params {
  readonly values: Record<string, unknown> = {}
  #count = 0

  text(value: string): string {
    return this.#bind(value, 'String')
  }

  texts(values: readonly string[]): string {
    return this.#bind(values, 'Array(String)')
  }

  number(value: number): string {
    return this.#bind(value, 'Float64')
  }

  integer(value: number): string {
    return this.#bind(value, 'Int64')
  }

  uuid(value: string): string {
    return this.#bind(value, 'UUID')
  }

  /** Milliseconds since the epoch as an event time. */
  time(ms: number): string {
    return `fromUnixTimestamp64Milli(${this.#bind(toEventTime(ms), 'Int64')}, 'UTC')`
  }

  /** Several of them, in an expression that is an Array(DateTime64(3)). */
  times(ms: readonly number[]): string {
    return `arrayMap(t -> fromUnixTimestamp64Milli(t, 'UTC'), ${this.#bind(ms.map(toEventTime), 'Array(Int64)')})`
  }

  #bind(value: unknown, type: string): string {
    this.#count += 1
    const name = `p${this.#count}`
    this.values[name] = value
    return `{${name}:${type}}`
  }
}

const EARLIEST = Date.UTC(1900, 0, 1)
const LATEST = Date.UTC(2299, 11, 31)

/** The moment as the time column holds it: ClickHouse knows the years 1900 to 2299, others become the nearest it knows. */
export function toEventTime(ms: number): number {
  return Math.min(Math.max(ms, EARLIEST), LATEST)
}
