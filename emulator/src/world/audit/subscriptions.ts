import type { Recorded } from '#world/changes.ts'

/** Subscriptions by content type. What becomes available while one is stopped is never delivered. */
export class Subscriptions {
  #states = new Map<string, Subscription>()

  /** In the order they were first started. */
  get all(): readonly Subscription[] {
    return [...this.#states.values()]
  }

  find(contentType: string): Subscription | undefined {
    return this.#states.get(contentType)
  }

  apply(change: Extract<Recorded, { type: 'subscription.started' | 'subscription.stopped' }>): void {
    const known = this.#states.get(change.contentType)
    if (change.type === 'subscription.stopped') {
      if (known?.enabled) known.stops.push({ from: change.at, to: Infinity })
      if (known) known.enabled = false
      return
    }
    const state = known ?? { contentType: change.contentType, enabled: true, stops: [] }
    const stop = state.stops.at(-1)
    if (!state.enabled && stop) stop.to = change.at
    state.enabled = true
    this.#states.set(change.contentType, state)
  }

  /** True where content created at `time` was lost to a stop. */
  lost(contentType: string, time: number): boolean {
    return this.find(contentType)?.stops.some(({ from, to }) => time >= from && time < to) ?? false
  }

  reset(): void {
    this.#states = new Map()
  }
}

export interface Subscription {
  contentType: string
  enabled: boolean
  /** Spans in which it was stopped, milliseconds. */
  stops: { from: number; to: number }[]
}
