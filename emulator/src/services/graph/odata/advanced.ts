import { GraphError } from '#services/graph/errors.ts'
import type { Call } from '#services/graph/route.ts'

import type { Filter } from './filter.ts'
import type { OrderKey } from './order.ts'

/**
 * Advanced queries of the directory: some operators are answered only by its search replica, which a caller asks for with
 * `ConsistencyLevel: eventual` and `$count=true`.
 */
export const isEventual = ({ request }: Call): boolean =>
  request.headers['consistencylevel']?.toLowerCase() === 'eventual'

/** True where the client asked for the search replica in full. */
export const isAdvanced = (call: Call): boolean =>
  isEventual(call) && (call.request.query.get('$count') === 'true' || call.request.segments.at(-1) === '$count')

const ADVANCED = ['ne', 'not', 'endswith', '$count', 'all']

/** @throws GraphError Request_UnsupportedQuery for what the directory answers to an advanced query only, or never. */
export function refuseAdvanced(call: Call, filter: Filter | undefined, order: readonly OrderKey[]): void {
  if (filter?.operators.has('contains'))
    throw unsupported('Unsupported or invalid query filter clause specified for property.')
  if (isAdvanced(call)) return
  const operator = ADVANCED.find((name) => filter?.operators.has(name))
  if (operator)
    throw unsupported(
      `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header.`,
    )
  if (filter && order.length > 0) throw unsupported('Sorting not supported for current query.')
}

/** @throws GraphError where `/$count` is asked without the search replica. */
export function refuseCount(call: Call): void {
  if (!isEventual(call)) throw new GraphError(400, 'Request_BadRequest', '$count is not currently supported.')
}

const unsupported = (message: string) => new GraphError(400, 'Request_UnsupportedQuery', message)
