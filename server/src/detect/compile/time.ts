import type { TimePart } from '#detect/sigma/expression.ts'

/** Dates and points in time as ISO 8601 writes them; without a zone they are UTC, as Microsoft's are. */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/

/** A part of a point in time, in UTC; undefined when the text is none. */
export function timePart(text: string, part: TimePart): number | undefined {
  const at = timeFrom(text)
  return at && PARTS[part](at)
}

function timeFrom(text: string): Date | undefined {
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? []
  if (date === undefined) return undefined
  const at = new Date(`${date}T${time}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`)
  return Number.isNaN(at.getTime()) ? undefined : at
}

const PARTS: Record<TimePart, (at: Date) => number> = {
  minute: (at) => at.getUTCMinutes(),
  hour: (at) => at.getUTCHours(),
  day: (at) => at.getUTCDate(),
  week: isoWeek,
  month: (at) => at.getUTCMonth() + 1,
  year: (at) => at.getUTCFullYear(),
}

const DAY = 86_400_000

/** A week belongs to the year of its Thursday. */
function isoWeek(at: Date): number {
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate())
  const thursday = midnight + (3 - ((at.getUTCDay() + 6) % 7)) * DAY
  return 1 + Math.floor((thursday - Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)) / (7 * DAY))
}

/** Where records of Microsoft's services have their time. */
const TIME_FIELDS = ['@timestamp', 'CreationTime', 'createdDateTime', 'activityDateTime', 'time'] as const

/** Milliseconds from 1970 to the first and the last moment that a date can say. */
const FARTHEST = 8.64e15

/** The time of an event as it is, whole milliseconds: `_t` in epoch seconds, else what its service writes; undefined without. */
export function timeOf(event: Readonly<Record<string, unknown>>): number | undefined {
  const given = event['_t']
  const said = typeof given === 'number' || (typeof given === 'string' && given !== '') ? Number(given) * 1000 : NaN
  if (Math.abs(said) <= FARTHEST) return Math.round(said)
  for (const field of TIME_FIELDS) {
    const time = typeof event[field] === 'string' ? timeFrom(event[field])?.getTime() : undefined
    if (time !== undefined) return time
  }
  return undefined
}
