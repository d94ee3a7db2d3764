import type { Alert } from '@cordon/api'

/** Whether an alert is out of the queue just now. */
export function isPutOff({ status, suppressedUntil }: Alert): boolean {
  return status === 'open' && suppressedUntil !== undefined && Date.parse(suppressedUntil) > Date.now()
}

/** The moment so many milliseconds from now. */
export const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString()
