import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'

import type { Request } from '#http/exchange.ts'

/**
 * Opaque page tokens. What they hold is enciphered, with a check that covers the query they were given for: a client can
 * neither read one, nor change it, nor use it elsewhere. The key need not be secret, only unguessed by honest clients; that
 * it is fixed lets tokens outlive a restart.
 */
const PREFIX = 'RFNwdAIAAQAAAB'
const KEY = createHmac('sha256', 'page').digest().subarray(0, 16)
const CHECK = 16

/** A token that holds a text: an offset, a place in a log. `bound`: what {@link boundTo} or {@link boundToPath} gives. */
export function placeToken(place: string, bound: string): string {
  const check = checkOf(place, bound)
  const cipher = createCipheriv('aes-128-ctr', KEY, check)
  return PREFIX + Buffer.concat([check, cipher.update(place, 'utf8')]).toString('base64url')
}

/** The text in a token; undefined for one that is none of ours, or was given for another query. */
export function readPlaceToken(token: string, bound: string): string | undefined {
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url')
  if (bytes.length < CHECK) return undefined
  const decipher = createDecipheriv('aes-128-ctr', KEY, bytes.subarray(0, CHECK))
  const place = decipher.update(bytes.subarray(CHECK)).toString('utf8')
  return placeToken(place, bound) === token ? place : undefined
}

/** A token that holds an offset. */
export const skiptoken = (offset: number, bound: string): string => placeToken(String(offset), bound)

/** The offset in a token; undefined for a token that is none of ours, or was given for another query. */
export function readSkiptoken(token: string, bound: string): number | undefined {
  const place = readPlaceToken(token, bound)
  return place !== undefined && /^\d{1,9}$/.test(place) ? Number(place) : undefined
}

interface Asked {
  tenant: { world: { tenantId: string } }
  request: Request
}

/** What a page token is bound to: tenant, path and options of the query, but not how large a page is. */
export const boundTo = (asked: Asked): string =>
  `${boundToPath(asked)} ${asked.request.query.with({ $skiptoken: undefined, $top: undefined })}`

/** What a delta token is bound to, which holds the options of the query itself: tenant and path. */
export const boundToPath = ({ tenant, request }: Asked): string =>
  `${tenant.world.tenantId} ${request.segments.join('/').toLowerCase()}`

/** The check is also the initial vector, so that the same place gives the same token. */
const checkOf = (place: string, bound: string) =>
  createHmac('sha256', KEY).update(`${bound}\u0000${place}`).digest().subarray(0, CHECK)
