import { useSyncExternalStore } from 'react'

const STEPS: [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' })

/** "5 min. ago" as "5 min ago"; within ten seconds "just now". */
export function relativeTime(at: string, now: number): string {
  const difference = Date.parse(at) - now
  if (Number.isNaN(difference)) return at
  if (Math.abs(difference) < 10_000) return 'just now'
  const [unit, ms] = STEPS.find(([, size]) => Math.abs(difference) >= size) ?? STEPS.at(-1)!
  return relative.format(Math.trunc(difference / ms), unit).replace('.', '')
}

export type Zone = 'local' | 'utc'

/** What the zone of this browser is called: "Europe/Vienna". */
export const zoneName = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

const zoneOption = (zone: Zone) => (zone === 'utc' ? { timeZone: 'UTC' } : {})

/** The exact moment with its zone: "2026-11-20 23:48:22.417 UTC". */
export function exactTime(at: string, zone: Zone): string {
  const moment = new Date(at)
  if (Number.isNaN(moment.getTime())) return at
  const suffix = new Intl.DateTimeFormat('en', { ...zoneOption(zone), timeZoneName: 'short' })
    .formatToParts(moment)
    .find((part) => part.type === 'timeZoneName')?.value
  return `${clockTime(at, zone)}.${String(moment.getUTCMilliseconds()).padStart(3, '0')} ${suffix}`
}

/** For table columns: "2026-11-20 23:48:22". */
export function clockTime(at: string, zone: Zone): string {
  const moment = new Date(at)
  if (Number.isNaN(moment.getTime())) return at
  return new Intl.DateTimeFormat('sv-SE', { ...zoneOption(zone), dateStyle: 'short', timeStyle: 'medium' }).format(
    moment,
  )
}

/** From when to when, the day said once where it is one: "2026-11-20 13:00 to 14:00". */
export function spanWords({ from, to }: { from: string; to: string }, zone: Zone): string {
  const [begin, end] = [clockTime(from, zone).slice(0, 16), clockTime(to, zone).slice(0, 16)]
  return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`
}

/** "2026-11-20T23:48" in the zone people chose: what a datetime-local input wants. */
export const inputMoment = (iso: string, zone: Zone) => clockTime(iso, zone).slice(0, 16).replace(' ', 'T')
/** The moment that such an input means. */
export const isoOfInput = (value: string, zone: Zone) => new Date(zone === 'utc' ? `${value}Z` : value).toISOString()

/** How far the zone is east of UTC at the moment, in ms. */
export function zoneOffset(at: string, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(at).getTimezoneOffset() * 60_000
}

/** For an axis: "13:00", and at midnight the day, "Nov 20". */
export function axisTime(at: string, zone: Zone): string {
  const time = clockTime(at, zone).slice(11, 16)
  if (time !== '00:00') return time
  return new Intl.DateTimeFormat('en-US', { ...zoneOption(zone), month: 'short', day: 'numeric' }).format(new Date(at))
}

/** "6 d 22 h", "1 h 05 min", "4 min 20 s", "12 s", "< 1 s"; what is left or was taken. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds === 0 && ms > 0) return '< 1 s'
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${String(hours % 24).padStart(2, '0')} h`
  return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
}

const ticking = new Set<() => void>()
let tick = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  ticking.add(listener)
  timer ??= setInterval(() => {
    tick = Date.now()
    for (const each of ticking) each()
  }, 1000)
  return () => {
    ticking.delete(listener)
    if (ticking.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The present, in steps of `stepMs`: everything on the page ages together, from one timer. */
export function useNow(stepMs = 10_000): number {
  return useSyncExternalStore(subscribe, () => {
    // Nobody looked at a time for a while: the first who does must not see the moment when somebody last did.
    if (timer === undefined) tick = Date.now()
    return Math.floor(tick / stepMs) * stepMs
  })
}
