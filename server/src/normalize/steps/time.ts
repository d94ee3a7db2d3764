const DATE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i

/**
 * A time as ISO 8601 UTC with milliseconds; undefined where it is none. Microsoft writes UTC without saying so
 * (`2026-11-20T08:31:09`), sometimes with a space for the T or with seven digits of fraction.
 */
export function parseTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const match = DATE_TIME.exec(value.trim())
  if (match === null) return undefined
  const [, date, time, zone = 'Z'] = match
  const parsed = new Date(`${date}T${time}${zone.toUpperCase()}`)
  return Number.isNaN(parsed.getTime()) ? undefined : parsed.toISOString()
}
