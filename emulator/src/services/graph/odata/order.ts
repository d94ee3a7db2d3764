import { badRequest } from '#services/graph/errors.ts'
import type { GraphError } from '#services/graph/errors.ts'

import { compare } from './values.ts'
import type { Fields, Read } from './values.ts'

/** One key of an order. */
export interface OrderKey {
  field: string
  descending: boolean
}

/**
 * Reads `$orderby`: `displayName desc,createdDateTime`.
 *
 * @throws GraphError BadRequest for a syntax error; what `refuse` makes for a property that cannot be ordered by.
 */
export function readOrder(text: string | undefined, fields: Fields, refuse: (field: string) => GraphError): OrderKey[] {
  if (!text?.trim()) return []
  return text.split(',').map((part) => {
    const [name = '', direction = 'asc', ...more] = part.trim().split(/\s+/)
    if (!/^[\w/]+$/.test(name) || more.length > 0 || !/^(asc|desc)$/i.test(direction))
      throw badRequest(`Invalid $orderby clause: Syntax error in '${text}'.`)
    const field = Object.keys(fields).find((known) => known.toLowerCase() === name.toLowerCase())
    if (!field || fields[field] === 'strings' || fields[field] === 'list') throw refuse(name)
    return { field, descending: direction.toLowerCase() === 'desc' }
  })
}

/** The list in this order; what is equal stays as it was. */
export function inOrder<T>(list: readonly T[], order: readonly OrderKey[], read: (value: T) => Read): T[] {
  if (order.length === 0) return [...list]
  const keyed = list.map((value) => ({ value, keys: order.map(({ field }) => read(value)(field)) }))
  keyed.sort((a, b) => {
    for (const [i, { descending }] of order.entries()) {
      const difference = compare(a.keys[i]!, b.keys[i]!)
      if (difference !== 0) return descending ? -difference : difference
    }
    return 0
  })
  return keyed.map(({ value }) => value)
}
