import { GraphError } from '#services/graph/errors.ts'
import { object, text } from '#services/graph/read-value.ts'
import type { ZonedTime } from '#world/changes.ts'

/** Time zones by the names that Windows gives them; names of the tz database are accepted as well. */
const WINDOWS: Record<string, string> = {
  UTC: 'UTC',
  'GMT Standard Time': 'Europe/London',
  'Greenwich Standard Time': 'Atlantic/Reykjavik',
  'W. Europe Standard Time': 'Europe/Berlin',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Central European Standard Time': 'Europe/Warsaw',
  'Romance Standard Time': 'Europe/Paris',
  'E. Europe Standard Time': 'Europe/Chisinau',
  'FLE Standard Time': 'Europe/Kyiv',
  'GTB Standard Time': 'Europe/Bucharest',
  'Turkey Standard Time': 'Europe/Istanbul',
  'Israel Standard Time': 'Asia/Jerusalem',
  'Russian Standard Time': 'Europe/Moscow',
  'Arabian Standard Time': 'Asia/Dubai',
  'India Standard Time': 'Asia/Kolkata',
  'Singapore Standard Time': 'Asia/Singapore',
  'China Standard Time': 'Asia/Shanghai',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'AUS Eastern Standard Time': 'Australia/Sydney',
  'New Zealand Standard Time': 'Pacific/Auckland',
  'Atlantic Standard Time': 'America/Halifax',
  'Newfoundland Standard Time': 'America/St_Johns',
  'E. South America Standard Time': 'America/Sao_Paulo',
  'Eastern Standard Time': 'America/New_York',
  'Central Standard Time': 'America/Chicago',
  'Mountain Standard Time': 'America/Denver',
  'Pacific Standard Time': 'America/Los_Angeles',
  'Alaskan Standard Time': 'America/Anchorage',
  'Hawaiian Standard Time': 'Pacific/Honolulu',
}

const formats = new Map<string, Intl.DateTimeFormat | null>()

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const named = Object.entries(WINDOWS).find(([name]) => name.toLowerCase() === zone.toLowerCase())?.[1] ?? zone
  if (!formats.has(named)) {
    if (formats.size > 600) formats.clear()
    formats.set(named, makeFormat(named))
  }
  return formats.get(named)!
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  } catch {
    return null
  }
}

export const isZone = (zone: string): boolean => zone.length < 80 && formatOf(zone) !== null

/** The zone in `Prefer: outlook.timezone="…"`, UTC without. @throws GraphError for a zone that does not exist. */
export function preferredZone(headers: Readonly<Record<string, string>>): string {
  const zone = /outlook\.timezone\s*=\s*"?([^",;]+)"?/i.exec(headers['prefer'] ?? '')?.[1]?.trim() ?? 'UTC'
  if (!isZone(zone)) throw invalidZone(zone)
  return zone
}

const invalidZone = (zone: string) =>
  new GraphError(
    400,
    'TimeZoneNotSupportedException',
    `A valid TimeZone value must be specified. The value '${zone}' is not.`,
  )

/** A moment as people in the zone write it. */
export const zoned = (milliseconds: number, zone: string): ZonedTime => ({
  dateTime: `${formatOf(zone)!.format(milliseconds).replace(' ', 'T')}.0000000`,
  timeZone: zone,
})

/** Milliseconds of local time in a zone. */
export function moment({ dateTime, timeZone }: ZonedTime): number {
  const utc = Date.parse(`${dateTime.slice(0, 19)}Z`)
  // The zone's distance from UTC depends on the moment itself: the second guess is right.
  const distance = (at: number) => Date.parse(`${zoned(at, timeZone).dateTime.slice(0, 19)}Z`) - at
  return utc - distance(utc - distance(utc))
}

/** `{dateTime, timeZone}` in a body, as a moment with its zone. @throws GraphError. */
export function readMoment(value: unknown, name: string): { at: number; timeZone: string } {
  const { dateTime, timeZone = 'UTC' } = object(value, name)
  const local = text(dateTime, name)
  const zone = text(timeZone, name)
  if (!isZone(zone)) throw invalidZone(zone)
  const [, day, time, offset] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(local) ?? []
  const whole = `${day}${(time ?? 'T00:00').padEnd(9, ':00')}`
  // An offset goes before the zone.
  const valid = !Number.isNaN(Date.parse(`${whole}Z`))
  const at = !valid ? Number.NaN : offset ? Date.parse(whole + offset) : moment({ dateTime: whole, timeZone: zone })
  if (Number.isNaN(at))
    throw new GraphError(400, 'ErrorPropertyValidationFailure', `The value of '${name}' is not valid.`)
  return { at, timeZone: zone }
}
