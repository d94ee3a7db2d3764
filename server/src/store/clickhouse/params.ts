/** The values of one statement, bound by name and type; each method gives the placeholder to put into the SQL. */
export class Params {
  readonly values: Record<string, unknown> = {}
  /** Set where the statement looks into whole documents, which are large. */
  readsDocuments = false
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

  /** A moment (milliseconds since the epoch) to compare event times with. */
  time(ms: number): string {
    return `fromUnixTimestamp64Milli(${this.#bind(Math.min(Math.max(ms, EARLIEST), END), 'Int64')}, 'UTC')`
  }

  /** Event times themselves, in milliseconds; an expression of type Array(DateTime64(3)). */
  times(ms: readonly number[]): string {
    return `arrayMap(t -> fromUnixTimestamp64Milli(t, 'UTC'), ${this.#bind(ms, 'Array(Int64)')})`
  }

  #bind(value: unknown, type: string): string {
    this.#count += 1
    const name = `p${this.#count}`
    this.values[name] = value
    return `{${name}:${type}}`
  }
}

/** A text as part of a statement, where the engine takes no parameters. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** ClickHouse knows the years 1900 to 2299. Events end a day before, so that a range can end behind them all. */
const EARLIEST = Date.UTC(1900, 0, 1)
const LATEST = Date.UTC(2299, 11, 30)
const END = Date.UTC(2299, 11, 31)

/** The moment as the time column holds it: times it cannot hold become the nearest that it can. */
export function toEventTime(ms: number): number {
  return Math.min(Math.max(ms, EARLIEST), LATEST)
}
