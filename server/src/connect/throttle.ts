import type { Budget } from '#domain/budget.ts'

/**
 * Keeping to Microsoft's budgets. Budgets are counted per scope (an API, a mailbox, the sign-in reports): a scope has a
 * number of places for requests at one time, and a pause that all of them share, so that one request told to wait keeps
 * the others from being told the same.
 */
export interface Throttle {
  /** Runs `work` once `scope` has a free place and no pause. Rejects with the signal's reason when aborted before. */
  run<T>(scope: Scope, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>
  /** Nothing starts in `scope` for `ms`. */
  pause(scope: Scope, ms: number): void
}

export interface Scope {
  name: string
  /** Requests at one time. */
  places: number
  /** Requests in a span of time, per tenant. */
  budget?: Pick<Budget, 'amount' | 'seconds'>
}

/** Resolves after `ms`; rejects with the signal's reason when aborted. Tests hand in one that only notes the time. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>

/** Waiters are rejected when `closed` is aborted. */
export function createThrottle(wait: Wait, closed: AbortSignal): Throttle {
  const gates = new Map<string, Gate>()

  function gateOf(scope: Scope): Gate {
    const gate = gates.get(scope.name) ?? { busy: 0, queue: new Set(), pauses: 0, resumed: Promise.resolve() }
    gates.set(scope.name, gate)
    return gate
  }

  function leave(scope: Scope, gate: Gate): void {
    const next = gate.queue.values().next().value
    if (next) next()
    else if (--gate.busy === 0 && gate.pauses === 0) gates.delete(scope.name)
  }

  return {
    async run(scope, signal, work) {
      const gate = gateOf(scope)
      signal?.throwIfAborted()
      if (gate.busy < scope.places) gate.busy++
      else await placeIn(gate, signal, () => leave(scope, gate))
      try {
        while (gate.pauses > 0) await abortable(gate.resumed, signal)
        return await work()
      } finally {
        leave(scope, gate)
      }
    },
    pause(scope, ms) {
      const gate = gateOf(scope)
      gate.pauses++
      const over = wait(ms, closed).finally(() => {
        if (--gate.pauses === 0 && gate.busy === 0) gates.delete(scope.name)
      })
      gate.resumed = Promise.all([gate.resumed, over]).then(() => undefined)
      // Whoever waits sees the rejection; with nobody waiting it is nobody's.
      gate.resumed.catch(() => undefined)
    },
  }
}

interface Gate {
  busy: number
  /** Each takes over the place of a request that ended. */
  queue: Set<() => void>
  pauses: number
  resumed: Promise<void>
}

async function placeIn(gate: Gate, signal: AbortSignal | undefined, giveBack: () => void): Promise<void> {
  let take: () => void = () => undefined
  const place = new Promise<void>((resolve) => {
    take = () => {
      gate.queue.delete(take)
      resolve()
    }
  })
  gate.queue.add(take)
  try {
    await abortable(place, signal)
  } catch (error) {
    // Aborted in the same moment as the place was handed over: it goes to the next.
    if (!gate.queue.delete(take)) giveBack()
    throw error
  }
}

/** `promise`, or a rejection with the signal's reason as soon as it is aborted. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
