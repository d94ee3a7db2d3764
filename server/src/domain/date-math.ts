/**
 * A moment said in relation to now, as Kibana writes it: `now`, `now-15m`, `now-1d/d` (a day ago, down to its beginning, UTC).
 * Units: `s`, `m`, `h`, `d`, `w`, `M` and `y`.
 */
const RELATIVE = /^now(?<steps>(?:[+-]\d{1,6}[smhdwMy])*)(?:\/(?<border>[smhdwMy]))?$/

/** Milliseconds since the epoch; undefined when the text is none of these, or no moment that there is. */
export function relativeTime(text: string, nowMs: number): number | undefined {
  const { steps, border } = RELATIVE.exec(text)?.groups ?? {}
  if (steps === undefined) return undefined
  const date = new Date(nowMs)
  for (const [, sign, count, unit] of steps.matchAll(/([+-])(\d+)(\w)/g)) {
    move(date, Number(`${sign}${count}`), unit as Unit)
  }
  if (border !== undefined) begin(date, border as Unit)
  return Number.isNaN(date.getTime()) ? undefined : date.getTime()
}

const LENGTHS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }
type Unit = keyof typeof LENGTHS | 'M' | 'y'

function move(date: Date, count: number, unit: Unit): void {
  if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + count)
  else if (unit === 'y') date.setUTCFullYear(date.getUTCFullYear() + count)
  else date.setTime(date.getTime() + count * LENGTHS[unit])
}

/** The first Monday of 1970. */
const MONDAY = Date.UTC(1970, 0, 5)

function begin(date: Date, unit: Unit): void {
  if (unit === 'y') date.setUTCMonth(0, 1)
  else if (unit === 'M') date.setUTCDate(1)
  const length = LENGTHS[unit === 'y' || unit === 'M' ? 'd' : unit]
  const origin = unit === 'w' ? MONDAY : 0
  date.setTime(origin + Math.floor((date.getTime() - origin) / length) * length)
}
