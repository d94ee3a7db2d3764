import { fieldAt } from '#domain/event.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { parseTime } from '#normalize/steps/time.ts'

/** Where programs say when: ECS first, then the names in use. */
export const TIME_FIELDS = [
  '@timestamp',
  'timestamp',
  'time',
  'eventTime',
  'event_time',
  'datetime',
  'date',
  'ts',
  'createdDateTime',
].concat([
  'TimeGenerated',
  'TimeCreated',
  'CreationTime',
  'activityDateTime',
  'event.created',
  'event.ingested',
  '_time',
])

/** When it happened, or undefined where neither a field nor the beginning of the line says it. */
export function momentOf(record: JsonObject): string | undefined {
  for (const field of TIME_FIELDS) {
    const at = momentIn(record[field] ?? fieldAt(record, field))
    if (at !== undefined) return at
  }
  const line = textOf(record.message) ?? ''
  // RFC 5424 puts a priority and a version in front.
  return parseTime(
    /^(?:<\d{1,3}>1 )?\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)/
      .exec(line)?.[1]
      ?.replace(',', '.'),
  )
}

/** A date and time, or a number since the epoch: of seconds, milliseconds, microseconds or nanoseconds by its size. */
function momentIn(value: unknown): string | undefined {
  const number = typeof value === 'string' && /^\d{10,19}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value
  if (typeof number !== 'number') return parseTime(value)
  const unit = UNITS.find((perSecond) => number >= FIRST * perSecond && number < LAST * perSecond)
  return unit === undefined ? undefined : new Date((number / unit) * 1000).toISOString()
}

const UNITS = [1, 1e3, 1e6, 1e9]

/** The years 2001 and 2100, in seconds since the epoch: a number outside is no time but something else. */
const FIRST = 978_307_200
const LAST = 4_102_444_800
