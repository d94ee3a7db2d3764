import { parseTime } from './time.ts'

/** Milliseconds of a moment from 1973 on: less is no time of today, but some other number. */
const FIRST_MS = 1e11
/** The last moment a `Date` can hold. */
const LAST_MS = 8.64e15

/** A time as {@link parseTime} reads it, or in milliseconds since the epoch as Defender for Cloud Apps writes it. */
export function parseMoment(value: unknown): string | undefined {
  if (typeof value !== 'number') return parseTime(value)
  return value > FIRST_MS && value < LAST_MS ? isoOf(value) : undefined
}

function isoOf(milliseconds: number): string | undefined {
  const iso = new Date(milliseconds).toISOString()
  // Beyond the year 9999 ISO 8601 needs a sign, which no store reads.
  return iso.length === 24 ? iso : undefined
}
