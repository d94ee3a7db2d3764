import { AppError } from '#domain/errors.ts'
import type { NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EncodedEvent } from '#store/event-store.ts'

import type { Column } from './columns.ts'
import { WRITTEN_COLUMNS } from './columns.ts'
import { toEventTime } from './params.ts'
import { createSlabWriter } from './slabs.ts'

/**
 * Events as lines of TabSeparated: the documents are text with few characters to escape, where a JSON format would have
 * to escape each quote of each document (measured: 40 % less work here, the same in the engine).
 *
 * @see https://clickhouse.com/docs/interfaces/formats/TabSeparated
 */
export const ROW_FORMAT = 'TabSeparated'

/** The columns in the order of a line. */
export const ROW_COLUMNS = [
  'tenant_id',
  'time',
  'event_id',
  'message',
  ...WRITTEN_COLUMNS.map((column) => column.name),
  'event',
  'original',
  'stamped',
]

/** Columns under one field of the event, side by side in a line. Most events have few of these fields. */
interface Group {
  root: string
  columns: { kind: Column['kind']; steps: readonly string[] }[]
  /** What the line says where the event lacks the field. */
  absent: string
}

const GROUPS: readonly Group[] = WRITTEN_COLUMNS.reduce<Group[]>((groups, { path, kind }) => {
  const [root = '', ...steps] = path.split('.')
  let group = groups.at(-1)
  if (group?.root !== root) groups.push((group = { root, columns: [], absent: '' }))
  group.columns.push({ kind, steps })
  group.absent += `${encodeValue(kind, undefined)}\t`
  return groups
}, [])

/** Encodes events, each behind the one before; see {@link createSlabWriter}. */
export function createEncoder(): (tenantId: TenantId, event: NormalizedEvent) => EncodedEvent {
  const write = createSlabWriter()
  return (tenantId, normalized) => {
    const timeMs = eventTime(normalized.event['@timestamp'])
    const row = write(toLine(tenantId, timeText(normalized.event['@timestamp'], timeMs), normalized))
    return { tenantId, id: normalized.event.event.id, timeMs, row }
  }
}

function toLine(tenantId: TenantId, time: string, { event, original }: NormalizedEvent): string {
  let line = `${tenantId}\t${time}\t${escaped(event.event.id)}\t${escaped(event.message)}\t`
  for (const { root, columns, absent } of GROUPS) {
    const fields = event[root]
    if (fields === undefined) line += absent
    else for (const { kind, steps } of columns) line += `${encodeValue(kind, valueAt(fields, steps))}\t`
  }
  return `${line}${escapedBackslashes(JSON.stringify(event))}\t${escaped(original)}\t1\n`
}

/** An ISO time as the time column's number: milliseconds. */
function eventTime(iso: string): number {
  const ms = Date.parse(iso)
  if (!Number.isNaN(ms)) return toEventTime(ms)
  throw new AppError({
    code: 'STORE_REQUEST_REFUSED',
    what: 'An event was not stored.',
    why: `Its @timestamp \`${String(iso).slice(0, 40)}\` is not a time.`,
    fix: 'Its normalizer let the record pass without a time: quarantine such records at its `time` step.',
  })
}

/** `2026-11-20 08:31:09.000`: as a number it could not be before 1970. */
function timeText(iso: string, ms: number): string {
  // Most times need not be written anew. Days that only some months have do: JavaScript reads February 30 as March 2.
  const text = CANONICAL.test(iso) ? iso : new Date(ms).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`
}

const CANONICAL = /^(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

function encodeValue(kind: Column['kind'], value: unknown): string {
  if (kind === 'keywords' || kind === 'texts') return encodeList(value)
  if (kind === 'json' && typeof value === 'object' && value !== null) return escaped(JSON.stringify(value))
  const first = Array.isArray(value) ? value.find(isScalar) : value
  if (kind === 'number') return typeof first === 'number' || isNumeric(first) ? String(Number(first)) : String.raw`\N`
  return isScalar(first) ? escaped(String(first)) : ''
}

function encodeList(value: unknown): string {
  if (value === undefined || value === null) return '[]'
  if (!Array.isArray(value)) return isScalar(value) ? `[${quoted(String(value))}]` : '[]'
  let list = ''
  for (const each of value) if (isScalar(each)) list += list === '' ? quoted(String(each)) : `,${quoted(String(each))}`
  return `[${list}]`
}

/** An element of a list: escaped for the list as for the line. */
function quoted(text: string): string {
  return `'${text.includes("'") ? escaped(text).replaceAll("'", String.raw`\'`) : escaped(text)}'`
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isNumeric(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
}

const SPECIAL = /[\\\t\n\r\0]/
const CONTROL = /[\t\n\r\0]/g
const CONTROL_ESCAPES: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' }

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text
  return escapedBackslashes(text).replaceAll(CONTROL, (character) => CONTROL_ESCAPES[character]!)
}

/** Enough for JSON that was just written: its control characters are escaped already. */
function escapedBackslashes(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
}

/** As `fieldAt` of the domain, with the path split once for all events: this runs dozens of times an event. */
function valueAt(fields: unknown, steps: readonly string[]): unknown {
  let value = fields
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
