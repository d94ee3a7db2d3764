import type { Token } from './tokens.ts'
import type { FieldType, Value } from './values.ts'

const DAY = String.raw`\d{4}-\d\d-\d\d`
const MOMENT = new RegExp(String.raw`^${DAY}(T\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)?)?$`, 'i')
const GUID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i

/** The value that a word of a filter stands for; undefined where it is none of the type. Dates as milliseconds. */
export function literalOf({ kind, value }: Token, type: FieldType): Value | undefined {
  if (kind === 'string') return type === 'string' || type === 'strings' ? value : undefined
  const word = value.toLowerCase()
  if (word === 'null') return null
  switch (type) {
    case 'boolean':
      return word === 'true' || word === 'false' ? word === 'true' : undefined
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(word) ? Number(word) : undefined
    case 'guid':
      return GUID.test(word) ? word : undefined
    case 'date':
      return momentOf(value)
    default:
      return undefined
  }
}

/** A day, or a moment; one without a zone is UTC. */
function momentOf(text: string): number | undefined {
  if (!MOMENT.test(text)) return undefined
  const zoned = !/T/i.test(text) || /(Z|[+-]\d\d:\d\d)$/i.test(text)
  const time = Date.parse(zoned ? text : `${text}Z`)
  return Number.isNaN(time) ? undefined : time
}
