import { fieldAt } from '#domain/event.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { parseTime } from '#normalize/steps/time.ts'

/** Where programs say when: ECS first, then the names in use. */
const FIELDS = [
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
  for (const field of FIELDS) {
    const at = parseMoment(record[field] ?? fieldAt(record, field))
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
function parseMoment(value: unknown): string | undefined {
  const number =
    typeof value === 'number'
      ? value
      : /^\d{10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?$/.test(String(value))
        ? Number(value)
        : Number.NaN
  if (Number.isNaN(number)) return parseTime(value)
  if (number < FIRST_SECONDS) return undefined
  let milliseconds = number * 1000
  while (milliseconds >= FIRST_SECONDS * 1_000_000) milliseconds /= 1000
  return new Date(milliseconds).toISOString()
}

/** The year 2001: a smaller number is no time since the epoch but something else. */
const FIRST_SECONDS = 978_307_200
