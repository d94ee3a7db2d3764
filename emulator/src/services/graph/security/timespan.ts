/** ISO 8601 spans of time, as `Timespan` of a hunting query takes them. */

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const DAY = 86_400_000
const LENGTHS = [365 * DAY, 30 * DAY, 7 * DAY, DAY, 3_600_000, 60_000, 1000]

/** Milliseconds; undefined for text that is no duration. */
function duration(text: string): number | undefined {
  const found = DURATION.exec(text)
  if (!found || !found.slice(1).some((part) => part !== undefined)) return undefined
  return found.slice(1).reduce((sum, part, i) => sum + Number(part ?? 0) * LENGTHS[i]!, 0)
}

function moment(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return undefined
  const time = Date.parse(/T/.test(text) && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : time
}

/**
 * `P7D` (up to now), `start` (up to now), `start/end`, `start/duration`, `duration/end`. Undefined for anything else, and
 * where the end lies before the start.
 */
export function parseSpan(text: string, now: number): { from: number; to: number } | undefined {
  const [first, second, ...rest] = text.trim().split('/')
  if (rest.length > 0) return undefined
  const [start, length] = [moment(first!), duration(first!)]
  if (second === undefined)
    return length !== undefined
      ? { from: now - length, to: now }
      : start !== undefined
        ? { from: start, to: now }
        : undefined
  const [end, after] = [moment(second), duration(second)]
  const from = start ?? (length !== undefined && end !== undefined ? end - length : undefined)
  const to = end ?? (start !== undefined && after !== undefined ? start + after : undefined)
  return from === undefined || to === undefined || from > to ? undefined : { from, to }
}
