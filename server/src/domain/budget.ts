import type { TenantId } from './ids.ts'

/** What Microsoft allows in a span of time: `amount` requests in any `seconds`. */
export interface Budget {
  tenantId: TenantId
  /** Of what: `message trace`. */
  name: string
  amount: number
  seconds: number
}

/** Budgets shared by everybody who asks, so that nobody has to be told to slow down. */
export interface Budgets {
  /** Books the next place in a budget. Resolves with the milliseconds until its turn, 0 for now. */
  take(budget: Budget): Promise<number>
}

/**
 * The turn of who asks at `now`: at once while fewer than `amount` turns lie in the span before, else when the oldest of them
 * leaves it. Turns are milliseconds since 1970, the last `amount` of them, oldest first; so no span ever holds more than
 * `amount`, however Microsoft lays its windows.
 */
export function nextTurn(
  turns: readonly number[],
  { amount, seconds }: Pick<Budget, 'amount' | 'seconds'>,
  now: number,
): number {
  if (turns.length < amount) return now
  return Math.max(now, turns.at(-amount)! + seconds * 1000)
}
