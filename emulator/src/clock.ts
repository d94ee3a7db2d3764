/**
 * Two clocks. Protocol time (token lifetimes, certificates, `Retry-After`) is the machine's own, as clients use theirs.
 * Tenant time (what happened when, what has been published) is the machine's plus an offset that only moves forward.
 */
export interface Clock {
  /** Tenant time in milliseconds since 1970. */
  now(): number
}

export class TenantClock implements Clock {
  readonly #frozenAt: number | undefined
  #offset = 0

  /** With `frozenAt` it stands at that moment and moves only when told to. */
  constructor(frozenAt?: number) {
    this.#frozenAt = frozenAt
  }

  now(): number {
    return (this.#frozenAt ?? protocolNow()) + this.#offset
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds
  }

  reset(): void {
    this.#offset = 0
  }
}

/** Protocol time in milliseconds since 1970. */
export const protocolNow = (): number => Date.now()
