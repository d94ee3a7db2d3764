import type { TimePart } from '#detect/sigma/expression.ts'
import type { Params } from '#store/clickhouse/params.ts'

import type { TextTest } from './text-test.ts'

/** As compile/time.ts reads times: year, month, day; hour, minute, second and what is behind it; the zone's sign, hours, minutes. */
const FORM = String.raw`^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[T ]([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d))?)?$`

/**
 * A part of a point in time, computed from the text's numbers: the engine's own types end in 2299, and read more than ISO 8601.
 * The calendar repeats itself every 400 years, weekdays too, so a year stands for those before and after it.
 */
export function timeTest(part: TimePart, value: number, params: Params): TextTest {
  const form = params.text(FORM)
  const wanted = params.number(value)
  return (text) => {
    const g = `extractGroups(${text}, ${form})`
    return `arrayExists(g -> notEmpty(g) AND ${IS_TIME} AND ${PARTS[part]} = ${wanted}, [${g}])`
  }
}

const at = (group: number) => `toInt64OrZero(g[${group}])`

/** Midnight may be written 24:00 of the day before, and nothing behind it. */
const IS_TIME = `(${at(4)} < 24 OR (${at(5)} = 0 AND ${at(6)} = 0 AND match(g[7], '^0*$')))`

const STANDING_YEAR = `(1900 + modulo(${at(1)} + 100, 400))`
const ZONE_MINUTES = `(if(g[8] = '-', -1, 1) * (${at(9)} * 60 + ${at(10)}))`
/** In UTC, since 1970 in the standing year. */
const MINUTES = `((toInt64(toInt32(makeDate32(${STANDING_YEAR}, ${at(2)}, 1))) + ${at(3)} - 1) * 1440 + ${at(4)} * 60 + ${at(5)} - ${ZONE_MINUTES})`
const DATE = `(toDate32('1970-01-01') + toInt32(floor(${MINUTES} / 1440)))`

const PARTS: Record<TimePart, string> = {
  minute: `positiveModulo(${MINUTES}, 60)`,
  hour: `intDiv(positiveModulo(${MINUTES}, 1440), 60)`,
  day: `toDayOfMonth(${DATE})`,
  week: `toISOWeek(${DATE})`,
  month: `toMonth(${DATE})`,
  year: `(toYear(${DATE}) - ${STANDING_YEAR} + ${at(1)})`,
}
