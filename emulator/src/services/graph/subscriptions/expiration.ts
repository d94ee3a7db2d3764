import { TERMS, refused } from './target.ts'
import type { Target } from './target.ts'

const MINUTE = 60_000
/** What ends sooner ends then. */
const SHORTEST = 45

/**
 * When a subscription ends: tenant time, milliseconds.
 *
 * @throws GraphError InvalidRequest for what is no moment, lies in the past, or further away than the resource allows.
 */
export function readExpiration(value: unknown, target: Target, withData: boolean, now: number): number {
  if (typeof value !== 'string') throw refused("The required parameter 'expirationDateTime' is missing.")
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)
    ? Date.parse(/(Z|[+-]\d\d:\d\d)$/i.test(value) ? value : `${value}Z`)
    : NaN
  if (Number.isNaN(at)) throw refused(`The expirationDateTime '${value}' is not valid.`)
  if (at <= now) throw refused('Subscription expiration must be in the future.')
  const { longest, longestWithData = longest } = TERMS[target.kind]
  const most = withData ? longestWithData : longest
  if (at > now + (most + 1) * MINUTE)
    throw refused(`Subscription expiration can only be ${most} minutes in the future.`)
  return Math.max(at, now + SHORTEST * MINUTE)
}
