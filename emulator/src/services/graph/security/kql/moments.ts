import { DAY, FIRST } from './values.ts'

/** Arithmetic of the calendar, in UTC. */

type Unit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond'
const LENGTHS: Partial<Record<Unit, number>> = {
  week: 7 * DAY,
  day: DAY,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

export const isUnit = (name: string): name is Unit => name in LENGTHS || ['year', 'quarter', 'month'].includes(name)

const months = (time: number) => {
  const date = new Date(time)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** How many borders of the unit lie between two moments. */
export function difference(unit: Unit, later: number, earlier: number): number {
  const number = (time: number) => {
    if (unit === 'year') return Math.floor(months(time) / 12)
    if (unit === 'quarter') return Math.floor(months(time) / 3)
    if (unit === 'month') return months(time)
    // Weeks begin on Sunday; the first day of the year 1 was a Monday.
    return unit === 'week' ? Math.floor((time - FIRST + DAY) / LENGTHS.week!) : Math.floor(time / LENGTHS[unit]!)
  }
  return number(later) - number(earlier)
}

export function add(unit: Unit, amount: number, time: number): number {
  const length = LENGTHS[unit]
  if (length !== undefined) return time + amount * length
  const date = new Date(time)
  const shift = amount * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + shift)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return date.setUTCDate(Math.min(day, last))
}

/** The start of the unit that a moment lies in, `offset` units on. */
export function startOf(unit: 'year' | 'month' | 'week' | 'day', time: number, offset = 0): number {
  const date = new Date(time)
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  if (unit === 'day') return day + offset * DAY
  if (unit === 'week') return day - date.getUTCDay() * DAY + offset * 7 * DAY
  const first = Date.UTC(date.getUTCFullYear(), unit === 'year' ? 0 : date.getUTCMonth(), 1)
  return add(unit, offset, first)
}

/** Rounds down to a multiple; moments are counted from the year 1. */
export function bin(value: number, size: number, isMoment: boolean): number | null {
  if (!(size > 0)) return null
  const origin = isMoment ? FIRST : 0
  return Math.floor((value - origin) / size) * size + origin
}

/** A moment in a pattern such as `yyyy-MM-dd HH:mm:ss.fff`. */
export function formatMoment(time: number, pattern: string): string {
  const date = new Date(time)
  const hour = date.getUTCHours()
  const parts: Record<string, number> = {
    y: date.getUTCFullYear(),
    M: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    H: hour,
    h: hour % 12 || 12,
    m: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
  }
  return pattern.replaceAll(/y+|M+|d+|H+|h+|m+|s+|f+|F+|tt/g, (run) => {
    const letter = run[0]!
    if (run === 'tt') return hour < 12 ? 'AM' : 'PM'
    if (letter === 'f' || letter === 'F') {
      const digits = `${String(date.getUTCMilliseconds()).padStart(3, '0')}0000`.slice(0, run.length)
      return letter === 'f' ? digits : digits.replace(/0+$/, '')
    }
    const text = String(parts[letter]!).padStart(run.length, '0')
    return letter === 'y' && run.length === 2 ? text.slice(-2) : text
  })
}
