import { readSkiptoken, skiptoken } from '#services/graph/odata/skiptoken.ts'
import type { Reply, Request } from '#http/exchange.ts'

import { badRequest } from './errors.ts'

/** One page of a list: `{value, nextLink?}`. @throws AzureError 400 for a token that is none of ours. */
export function page(request: Request, all: readonly object[], usual: number): Reply {
  const size = request.pageSize ?? usual
  const token = request.query.get('$skiptoken')
  const list = request.segments.join('/').toLowerCase()
  const from = token === undefined ? 0 : readSkiptoken(token, list)
  if (from === undefined) throw badRequest('The skip token is invalid.')
  const value = all.slice(from, from + size)
  return {
    status: 200,
    body: { value, ...nextLink(request, from + size < all.length ? skiptoken(from + size, list) : undefined) },
  }
}

/** `{nextLink}` to the same list with this token; nothing without one. */
export const nextLink = (request: Request, token: string | undefined): { nextLink?: string } =>
  token === undefined
    ? {}
    : { nextLink: `${request.origin}${request.path}?${request.query.with({ $skipToken: token })}` }
