import type { LoadedCorrelation } from '#detect/rule-set.ts'
import { NUMBER } from '#detect/sigma/item.ts'

import type { Entry, Seen } from './entry.ts'
import { joinKeys, keyOf } from './group-key.ts'
import { placeAt } from './speed.ts'

/** Of a field; empty where the event has none. */
export function textsOf({ facts }: Seen<unknown>, field: string): readonly string[] {
  return Object.hasOwn(facts, field) ? facts[field]! : []
}

/** What a correlation counts or sums of an event, or where it was. */
export function valueOf({ type, fields }: LoadedCorrelation, seen: Seen<unknown>): Entry<unknown>['value'] {
  if (fields.length === 0) return undefined
  if (type === 'value_count') return joinKeys(fields.map((field) => keyOf(textsOf(seen, field))))
  const [first, second] = fields.map((field) => {
    const number = textsOf(seen, field).find((text) => NUMBER.test(text))
    return number === undefined ? undefined : Number(number)
  })
  return type === 'speed' ? placeAt(first, second) : first
}
