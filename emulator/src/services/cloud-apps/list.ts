import type { Reply } from '#http/exchange.ts'

import { bad } from './errors.ts'
import { readFilters } from './filters.ts'
import type { Call } from './route.ts'
import type { Fields } from './filters.ts'

/** What a list is asked with, in a query or a body. */
export interface Asked {
  filters: unknown
  skip: number
  limit: number
  descending: boolean
  sortField: string
}

const MOST = 100

/** @throws CloudAppsError 400. */
export function readAsked({ request }: Call): Asked {
  const body = request.method === 'POST' ? readObject(request.body.toString('utf8') || '{}') : {}
  const read = (name: string): unknown => body[name] ?? request.query.get(name)
  const number = (name: string, usual: number): number => {
    const value = read(name) ?? usual
    if (!/^\d{1,9}$/.test(String(value))) throw bad(`${name} must be a whole number.`)
    return Number(value)
  }
  const filters = read('filters')
  const limit = number('limit', MOST)
  if (limit > MOST) throw bad(`limit must be at most ${MOST}.`)
  return {
    filters: typeof filters === 'string' ? readObject(filters) : filters,
    skip: number('skip', 0),
    limit,
    descending: String(read('sortDirection') ?? 'desc') !== 'asc',
    sortField: String(read('sortField') ?? 'date'),
  }
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through to the one answer for everything that is no JSON object.
  }
  throw bad('The request must hold a JSON object.')
}

/** A page of entities: filtered, sorted, shaped. */
export function answerList<T>(
  call: Call,
  asked: Asked,
  entities: readonly T[],
  fields: Fields<T>,
  shape: (entity: T) => object,
): Reply {
  const sortBy = Object.hasOwn(fields, asked.sortField) ? fields[asked.sortField]! : undefined
  if (!sortBy) throw bad(`Cannot sort by ${asked.sortField}.`)
  const matches = readFilters(asked.filters, fields, call.tenant.now)
  const sign = asked.descending ? -1 : 1
  const found = entities.filter(matches).sort((a, b) => sign * order(sortBy(a), sortBy(b)))
  const page = found.slice(asked.skip, asked.skip + asked.limit)
  return {
    status: 200,
    body: {
      data: page.map(shape),
      hasNext: asked.skip + page.length < found.length,
      max: MOST,
      total: found.length,
      moreThanTotal: false,
    },
  }
}

const order = (a: unknown, b: unknown) =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
