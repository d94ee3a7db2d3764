/**
 * How PowerShell objects look as JSON. Text, true/false and null stand for themselves. Everything else has a companion key:
 * `Size@data.type: System.Int32`, `RecipientAddress@odata.type: #Collection(String)`. Times have seven digits of a second.
 */
export type Cell = string | boolean | null | readonly string[] | Typed
export type Row = Readonly<Record<string, Cell>>

/** A value that is no text on Microsoft's side. */
interface Typed {
  dataType: string
  odataType?: string
  value: unknown
}

const digits = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, -1)}0000`

/** Milliseconds as `2026-11-20T08:02:12.0480000Z`. */
export const moment = (milliseconds: number): Typed => ({
  dataType: 'System.DateTime',
  value: `${digits(milliseconds)}Z`,
})

/** The same as `…+00:00`: quarantine and statistics write it so. */
export const offsetMoment = (milliseconds: number): Typed => ({
  dataType: 'System.DateTime',
  value: `${digits(milliseconds)}+00:00`,
})

export const int32 = (value: number): Typed => ({ dataType: 'System.Int32', value })
export const guid = (value: string): Typed => ({ dataType: 'System.Guid', value })

/** An unsigned number of 64 bits: written bare, larger than a double can hold. */
export const uint64 = (value: string): Typed => ({
  dataType: 'System.UInt64',
  odataType: '#Decimal',
  value: JSON.rawJSON(value),
})

/** `99 GB (106,300,440,576 bytes)`: how Exchange writes sizes. */
export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = size < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(size) / 10))
  const number = (size / 1024 ** power).toPrecision(4).replace(/\.?0+$/, '')
  return `${number} ${units[power]} (${size.toLocaleString('en-US')} bytes)`
}

/** The row with its companion keys; with `select` only the named properties, in any case. */
export function encode(row: Row, select?: ReadonlySet<string>): Record<string, unknown> {
  const wire: Record<string, unknown> = {}
  for (const [name, cell] of Object.entries(row)) {
    if (select && !select.has(name.toLowerCase())) continue
    if (Array.isArray(cell)) wire[`${name}@odata.type`] = '#Collection(String)'
    if (isTyped(cell)) {
      wire[`${name}@data.type`] = cell.dataType
      if (cell.odataType) wire[`${name}@odata.type`] = cell.odataType
    }
    wire[name] = isTyped(cell) ? cell.value : cell
  }
  return wire
}

const isTyped = (cell: Cell): cell is Typed => typeof cell === 'object' && cell !== null && 'dataType' in cell

/** The value that a filter compares: numbers as numbers, times as milliseconds. */
export function plain(cell: Cell | undefined): string | number | boolean | null | readonly string[] {
  if (cell === undefined) return null
  if (!isTyped(cell)) return cell
  if (cell.dataType === 'System.DateTime') return Date.parse(String(cell.value))
  return typeof cell.value === 'number' ? cell.value : String(cell.value)
}

declare global {
  // The language has it, the compiler's library not yet.
  interface JSON {
    rawJSON(text: string): object
  }
}
