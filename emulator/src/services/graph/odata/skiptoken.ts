import { createHmac } from 'node:crypto'

/**
 * Opaque page tokens: an offset with a check that a client cannot make up. The key need not be secret, only unguessed by
 * honest clients.
 */
const PREFIX = 'RFNwdAIAAQAAAB'

const check = (offset: string) => createHmac('sha256', 'page').update(offset).digest('base64url').slice(0, 22)

export const skiptoken = (offset: number): string =>
  `${PREFIX}${Buffer.from(String(offset).padStart(9, '0')).toString('base64url')}${check(String(offset))}`

/** The offset in a token; undefined for a token that is none of ours. */
export function readSkiptoken(token: string): number | undefined {
  if (!token.startsWith(PREFIX)) return undefined
  const offset = Number(Buffer.from(token.slice(PREFIX.length, PREFIX.length + 12), 'base64url').toString())
  return Number.isInteger(offset) && skiptoken(offset) === token ? offset : undefined
}

/** A token that holds any text: a place in a log, for one. */
export const placeToken = (place: string): string =>
  `${PREFIX}${Buffer.from(place).toString('base64url')}.${check(place)}`

/** The text in a token; undefined for a token that is none of ours. */
export function readPlaceToken(token: string): string | undefined {
  const [text = ''] = token.slice(PREFIX.length).split('.')
  const place = Buffer.from(text, 'base64url').toString()
  return placeToken(place) === token ? place : undefined
}
