import { createHash } from 'node:crypto'

import { expiredPage } from './errors.ts'

/** Next links: good for half an hour, for the same command, sent to the same server, which the anchor picks. */
const LIFETIME = 30 * 60_000

/** What a link is bound to: body and `X-AnchorMailbox`. Without an anchor nobody knows which server holds the rest. */
export interface Bound {
  body: Buffer
  anchor: string | undefined
}

export const pageToken = (bound: Bound, start: number, now: number): string =>
  Buffer.from(JSON.stringify([start, now + LIFETIME, fingerprint(bound)])).toString('base64url')

/** Where the page begins; 0 without a token. @throws ExchangeError for a token of another request, or too old. */
export function readPageToken(token: string | undefined, bound: Bound, now: number): number {
  if (token === undefined) return 0
  try {
    const [start, expires, of] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown[]
    if (
      typeof start === 'number' &&
      Number.isSafeInteger(start) &&
      start > 0 &&
      typeof expires === 'number' &&
      expires > now &&
      bound.anchor !== undefined &&
      of === fingerprint(bound)
    )
      return start
  } catch {
    // Falls through to the one answer.
  }
  throw expiredPage()
}

const fingerprint = ({ body, anchor }: Bound): string =>
  createHash('sha256')
    .update(body)
    .update('\n')
    .update(anchor?.toLowerCase() ?? '')
    .digest('base64url')
    .slice(0, 22)
