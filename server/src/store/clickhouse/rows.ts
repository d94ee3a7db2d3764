import { AppError } from '#domain/errors.ts'
import type { NormalizedEvent } from '#domain/event.ts'
import { fieldAt } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Column } from './columns.ts'
import { COLUMNS } from './columns.ts'
import { toEventTime } from './params.ts'

/** The columns in the order {@link encodeRow} writes them. */
export const ROW_COLUMNS = [
  'tenant_id',
  'time',
  'event_id',
  'message',
  ...COLUMNS.map((c) => c.name),
  'event',
  'original',
]

/** An event as a line of JSONCompactEachRow. */
export function encodeRow(tenantId: TenantId, { event, original }: NormalizedEvent): string {
  const values = COLUMNS.map((column) => columnValue(column, fieldAt(event, column.path)))
  return JSON.stringify([
    tenantId,
    eventTime(event['@timestamp']),
    event.event.id,
    event.message,
    ...values,
    JSON.stringify(event),
    original,
  ])
}

/** An ISO time as the time column's number. @throws AppError STORE_REQUEST_REFUSED when it is none. */
export function eventTime(iso: string): number {
  const ms = Date.parse(iso)
  if (!Number.isNaN(ms)) return toEventTime(ms)
  throw new AppError({
    code: 'STORE_REQUEST_REFUSED',
    what: 'An event was not stored.',
    why: `Its @timestamp \`${String(iso).slice(0, 40)}\` is not a time.`,
    fix: 'Quarantine the record at the step that makes the time, then replay it with `cordon events import`.',
  })
}

function columnValue(column: Column, value: unknown): unknown {
  const values = (Array.isArray(value) ? value : [value]).filter(isScalar)
  if (column.kind === 'keywords' || column.kind === 'texts') return values.map(String)
  const first = values[0]
  if (column.kind !== 'number') return first === undefined ? '' : String(first)
  const number = typeof first === 'string' && first.trim() === '' ? Number.NaN : Number(first)
  return Number.isFinite(number) ? number : null
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
