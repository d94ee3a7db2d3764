import type { Fields } from '#detect/compile/reading.ts'
import type { Params } from '#store/clickhouse/params.ts'

import type { Source } from './source.ts'

/**
 * Where events lie while rules look at them: a row for each event and vocabulary, with the texts of the fields that rules ask
 * for. Fields are read as the stream reads them, by the same functions; what is asked of them is the engine's work.
 */
export const EVENTS = `(
  vocabulary UInt16,
  number UInt32,
  time Nullable(Int64),
  texts Map(String, Array(String)),
  nulls Array(String),
  every Array(String)
) ENGINE = MergeTree ORDER BY (vocabulary, number)`

/** Which fields of an event a row has. */
export interface Wanted {
  fields: readonly string[]
  /** Every scalar value as well, for keywords. */
  every: boolean
}

/** A row as a line of JSON. */
export function rowOf(
  { vocabulary, number, time }: { vocabulary: number; number: number; time: number | undefined },
  fields: Fields,
  { fields: names, every }: Wanted,
): Buffer {
  const texts: Record<string, string[]> = Object.create(null)
  const nulls: string[] = []
  for (const name of names) {
    const values = fields.values(name)
    if (values === undefined) continue
    texts[name] = textsOf(values)
    if (values.includes(null)) nulls.push(name)
  }
  const row = { vocabulary, number, time: time ?? null, texts, nulls, every: every ? textsOf(fields.everyValue()) : [] }
  return Buffer.from(`${JSON.stringify(row)}\n`)
}

/** Half of a character beyond the first plane, which JavaScript allows to stand alone, is no text that can be stored. */
function textsOf(values: Iterable<unknown>): string[] {
  return [...values].flatMap((value) => (value === null || value === undefined ? [] : [String(value).toWellFormed()]))
}

/** How conditions read such rows. */
export function rowSource(params: Params): Source {
  const names = new Map<string, string>()
  const nameOf = (field: string) => {
    const known = names.get(field) ?? params.text(field)
    names.set(field, known)
    return known
  }
  return {
    texts: (field) => `texts[${nameOf(field)}]`,
    isThere: (field) => `mapContains(texts, ${nameOf(field)})`,
    hasNull: (field) => `has(nulls, ${nameOf(field)})`,
    everyText: () => 'every',
  }
}
