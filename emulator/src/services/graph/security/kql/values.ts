/**
 * Values of KQL. A datetime is kept as milliseconds since 1970, a timespan as milliseconds; which is meant is known by the
 * type of the expression, never by the value. A string is never null: an absent one is empty.
 */
export type Type = 'bool' | 'int' | 'long' | 'real' | 'string' | 'datetime' | 'timespan' | 'guid' | 'dynamic'
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type Value = Json
export type Row = readonly Value[]

export interface Column {
  name: string
  type: Type
}

/** Type names that declarations and casts may use. */
const ALIASES: Record<string, Type> = {
  bool: 'bool',
  boolean: 'bool',
  int: 'int',
  long: 'long',
  real: 'real',
  double: 'real',
  decimal: 'real',
  string: 'string',
  datetime: 'datetime',
  date: 'datetime',
  timespan: 'timespan',
  time: 'timespan',
  guid: 'guid',
  dynamic: 'dynamic',
}

/** The type of this name; undefined for what is none. */
export const typeNamed = (name: string): Type | undefined => (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined)

export const isNumber = (type: Type): boolean => type === 'int' || type === 'long' || type === 'real'
export const isTime = (type: Type): boolean => type === 'datetime' || type === 'timespan'

/** The value of a type that stands for nothing. */
export const nothing = (type: Type): Value => (type === 'string' ? '' : null)

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const UNITS: readonly [RegExp, number][] = [
  [/^d(ays?)?$/, DAY],
  [/^h(ours?|rs?)?$/, HOUR],
  [/^m(in(utes?)?)?$/, MINUTE],
  [/^s(ec(onds?)?)?$/, SECOND],
  [/^(ms|milli(s|sec(onds?)?)?)$/, 1],
  [/^micro(s|sec(onds?)?)?$/, 1e-3],
  [/^ticks?$/, 1e-4],
]

/** `1d`, `1.12:30:00`, `00:05`; undefined for text that is no timespan. */
export function parseTimespan(text: string): number | undefined {
  const short = /^(-?\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text)
  if (short) {
    const unit = UNITS.find(([names]) => names.test(short[2]!))
    return unit && Number(short[1]) * unit[1]
  }
  if (/^-?\d+$/.test(text)) return Number(text) * DAY
  const long = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,7})?))?$/.exec(text)
  if (!long) return undefined
  const [, minus, days = '0', hours, minutes, seconds = '0'] = long
  const length = Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
  return minus ? -length : length
}

/** `d.hh:mm:ss.fffffff`, days and fraction only where there are any. */
export function timespanText(milliseconds: number): string {
  const length = Math.abs(milliseconds)
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0')
  const days = Math.floor(length / DAY)
  const clock = [two((length % DAY) / HOUR), two((length % HOUR) / MINUTE), two((length % MINUTE) / SECOND)].join(':')
  const ticks = Math.round((length % SECOND) * 1e4)
  const fraction = ticks === 0 ? '' : `.${String(ticks).padStart(7, '0')}`
  return `${milliseconds < 0 ? '-' : ''}${days === 0 ? '' : `${days}.`}${clock}${fraction}`
}

/** Milliseconds; without a zone UTC is meant. Undefined for text that is no moment. */
export function parseDatetime(text: string): number | undefined {
  const trimmed = text.trim()
  if (!/^\d{4}(-\d{1,2}){0,2}([T ]\d|$)|^[A-Za-z]{3}|^\d{1,2}[/ ]/.test(trimmed)) return undefined
  const iso = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[T ](.+))?$/.exec(trimmed)
  const spelled = iso
    ? `${iso[1]}-${(iso[2] ?? '1').padStart(2, '0')}-${(iso[3] ?? '1').padStart(2, '0')}T${clockOf(iso[4])}`
    : /Z$|GMT|UTC|[+-]\d{4}$/.test(trimmed)
      ? trimmed
      : `${trimmed} UTC`
  const time = Date.parse(spelled)
  return Number.isNaN(time) ? undefined : time
}

function clockOf(text: string | undefined): string {
  if (text === undefined) return '00:00Z'
  const [, clock, zone] = /^(.*?)\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(text)!
  return `${/^\d:/.test(clock!) ? '0' : ''}${clock!}${zone ?? 'Z'}`
}

/** The latest moment there is: the end of the year 9999. */
const LAST = 253_402_300_799_999
/** The first moment of the year 1, from which bins are counted. */
export const FIRST = -62_135_596_800_000

/** With seven digits after the second, as Kusto writes a moment in text. */
const datetimeText = (time: number): string => `${isoOf(time).slice(0, -1)}0000Z`

/** With as many digits after the second as it takes, as results show it. */
const datetimeJson = (time: number): string =>
  isoOf(time)
    .replace(/\.?0*Z$/, 'Z')
    .replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z')

const isoOf = (time: number) => new Date(Math.min(Math.max(time, FIRST), LAST)).toISOString()

/** Text of a value, as `tostring` gives it. */
export function textOf(value: Value, type: Type): string {
  if (value === null) return ''
  if (type === 'datetime') return datetimeText(value as number)
  if (type === 'timespan') return timespanText(value as number)
  if (type === 'real') return Number.isInteger(value) ? `${String(value)}.0` : String(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A value as it lies in dynamic data and in results: moments and timespans are text there. */
export function jsonOf(value: Value, type: Type): Json {
  if (value === null) return null
  if (type === 'datetime') return datetimeJson(value as number)
  if (type === 'timespan') return timespanText(value as number)
  if (type === 'real' && !Number.isFinite(value)) return String(value)
  return value
}

/** A value that two equal values share and no others do. */
export const keyOf = (values: readonly Value[]): string =>
  values.length === 1 && typeof values[0] === 'string' ? values[0] : `\u0000${JSON.stringify(values)}`

/** Negative, zero or positive; null comes before everything. */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  if (typeof a === 'object' || typeof b === 'object') return compareValues(JSON.stringify(a), JSON.stringify(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/** A value of one type as a value of another: what `toint`, `tostring`, … give. Null where it cannot be. */
export function convert(value: Value, from: Type, to: Type): Value {
  if (from === to && to !== 'dynamic') return value
  if (to === 'dynamic') return jsonOf(value, from)
  if (to === 'string') return textOf(value, from)
  if (value === null) return null
  if (from === 'string' || typeof value === 'string') return fromText(String(value), to)
  switch (to) {
    case 'bool':
      return typeof value === 'number' ? value !== 0 : typeof value === 'boolean' ? value : null
    case 'int':
    case 'long':
      return typeof value === 'boolean' ? Number(value) : whole(value, to)
    case 'real':
      return typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : null
    case 'datetime':
    case 'timespan':
      return typeof value === 'number' && from !== 'dynamic' ? value : null
    case 'guid':
      return null
  }
}

function whole(value: Value, to: 'int' | 'long'): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  const cut = Math.trunc(value)
  return to === 'int' && Math.abs(cut) > 2_147_483_648 ? null : cut
}

function fromText(text: string, to: Type): Value {
  const trimmed = text.trim()
  switch (to) {
    case 'bool':
      return /^(true|1)$/i.test(trimmed) ? true : /^(false|0)$/i.test(trimmed) ? false : null
    case 'int':
    case 'long':
      if (/^0x[0-9a-f]+$/i.test(trimmed)) return Number.parseInt(trimmed, 16)
      return /^[+-]?\d+(\.\d*)?$/.test(trimmed) ? whole(Number(trimmed), to) : null
    case 'real':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : null
    case 'datetime':
      return parseDatetime(trimmed) ?? null
    case 'timespan':
      return parseTimespan(trimmed) ?? null
    case 'guid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(trimmed) ? trimmed.toLowerCase() : null
    default:
      return text
  }
}
