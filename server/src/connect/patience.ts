import type { Budgets } from '#domain/budget.ts'
import type { Clock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'

import { isPassing, isThrottled } from './faults.ts'
import type { Scope, Throttle, Wait } from './throttle.ts'
import type { Call, Received, Transport } from './transport.ts'

/** How long one request waits, in all, for throttling to end. */
const PATIENCE_MS = 5 * 60_000
/** How often one request is sent again after faults that pass: about a minute in all. */
const FAULTS_MAX = 6
const BACKOFF_FIRST_MS = 1_000
const BACKOFF_LAST_MS = 60_000

export interface Patience {
  transport: Pick<Transport, 'exchange'>
  throttle: Throttle
  wait: Wait
  clock: Clock
  budgets: Budgets
  /** Whose budgets. */
  tenantId: TenantId
}

export interface PatientRequest {
  scope: Scope
  signal: AbortSignal | undefined
  /** Whether a request whose reply was lost may be sent again. */
  repeatable: boolean
  /** Called for every attempt, so that a token that ran out while waiting is replaced. */
  call: () => Promise<Call>
}

/**
 * Sends until there is an answer worth reading: waits out throttling, repeats after passing faults where that is safe.
 * When patience ends, the last reply comes back as it is.
 *
 * @throws AppError CONNECT_UNREACHABLE, CONNECT_REPLY_UNREADABLE of the transport; whatever `call` throws.
 */
export async function sendPatiently(
  { transport, throttle, wait, clock, budgets, tenantId }: Patience,
  { scope, signal, repeatable, call }: PatientRequest,
): Promise<Received> {
  let faults = 0
  let throttled = 0
  let waitedMs = 0
  for (;;) {
    if (scope.budget) {
      const ms = await budgets.take({ ...scope.budget, name: scope.name, tenantId })
      if (ms > 0) await wait(ms, signal)
    }
    const exchange = await throttle.run(scope, signal, async () => transport.exchange(await call()))
    if ('error' in exchange) {
      const hopeless = exchange.error.retry === 'never' || (exchange.maybeExecuted && !repeatable)
      if (hopeless || ++faults > FAULTS_MAX) throw exchange.error
      await wait(backoffMs(faults), signal)
    } else if (isThrottled(exchange.reply)) {
      const ms = retryAfterMs(exchange.reply.headers['retry-after'], clock) ?? backoffMs(++throttled)
      waitedMs += ms
      if (waitedMs > PATIENCE_MS) return exchange.reply
      throttle.pause(scope, ms)
    } else if (isPassing(exchange.reply.status) && repeatable && ++faults <= FAULTS_MAX) {
      await wait(backoffMs(faults), signal)
    } else {
      return exchange.reply
    }
  }
}

/** The wait that a `Retry-After` asks for (seconds or a date), at least a second so that it always ends. */
export function retryAfterMs(value: string | undefined, clock: Clock): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  const ms = Number.isNaN(seconds) ? Date.parse(value) - clock.now() : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.max(1000, ms)
}

/** Doubling, and up to half taken off by chance so that many requests do not come back in one moment. */
export function backoffMs(attempt: number): number {
  const ms = Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1))
  return Math.round(ms * (1 - Math.random() / 2))
}
