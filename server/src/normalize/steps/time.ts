const DATE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d{1,2})(:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d:\d\d) ([AP]M)$/

/**
 * A time as ISO 8601 UTC with milliseconds; undefined where it is none. Microsoft writes UTC without saying so
 * (`2026-11-20T08:31:09`), sometimes with a space for the T or with seven digits of fraction, and in the log of risky users
 * as `8/22/2026 6:11:52 PM`.
 */
export function parseTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const plain = isPlain(value) ? FRACTION.exec(value.slice(SECONDS)) : null
  if (plain !== null) return `${value.slice(0, SECONDS)}.${plain[1] ?? '000'}Z`
  const text = value.trim()
  const match = DATE_TIME.exec(text) ?? DATE_TIME.exec(fromAmerican(text))
  if (match === null) return undefined
  const [, date, hour, rest, zone = 'Z'] = match
  const parsed = new Date(`${date}T${hour!.padStart(2, '0')}${rest}${zone.toUpperCase()}`)
  return Number.isNaN(parsed.getTime()) || rolledOver(date!) ? undefined : parsed.toISOString()
}

/** `8/22/2026 6:11:52 PM` as the ISO form; any other text as "". */
function fromAmerican(text: string): string {
  const match = AMERICAN.exec(text)
  if (match === null) return ''
  const [, month = '', day = '', year, hour, rest, half] = match
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0)
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${hours}:${rest}`
}

/** True for the 30th of February: a `Date` makes it the 1st of March instead of refusing it. */
function rolledOver(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date
}

const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Digits up to the seconds. */
const SECONDS = 19

/** What may follow them where nothing is to be counted: milliseconds or finer, and the zone UTC. */
const FRACTION = /^(?:\.(\d{3})\d*)?Z?$/

/** Nearly every record's form, beginning `2026-11-20T08:31:09`, checked by hand: a tenth of the cost of a `Date`. */
function isPlain(text: string): boolean {
  if (text.length < SECONDS || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return false
  if (text[13] !== ':' || text[16] !== ':') return false
  const century = twoDigits(text, 0)
  const year = twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (!(century >= 19 && year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month]!)) return false
  // The 29th of February needs the calendar.
  if (month === 2 && day === 29) return false
  return twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60
}

/** The number at `at`; NaN, which no comparison holds for, where there is none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
