/**
 * A table as CSV (RFC 4180): UTF-8 without byte order mark, a header line, CRLF, every text in quotes.
 *
 * A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a stranger chooses the subject of a
 * mail. Such a cell gets an apostrophe in front, and so does one that begins with an apostrophe itself: taking one away from
 * every cell that has it gives back what was there.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | boolean | undefined>>

/** The lines of the table, the header first, each with its end. */
export async function* csvLines<Row>(columns: Columns<Row>, rows: AsyncIterable<Row>): AsyncGenerator<string> {
  yield line(Object.keys(columns))
  for await (const row of rows) yield line(Object.values(columns).map((value) => value(row)))
}

function line(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map(cell).join(',')}\r\n`
}

/** What a spreadsheet may begin a formula after or with; the wide signs are what East Asian keyboards type. */
const RISKY = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^['\t\r\n]/u

function cell(value: string | number | boolean | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = RISKY.test(value) ? `'${value}` : value
  return `"${safe.replaceAll('"', '""')}"`
}
