import type { Recorded } from './changes.ts'
import type { LiveActivity } from './audit/schedule.ts'
import type { World } from './world.ts'

/**
 * Something that records are read from: sign-in log, directory audit log, alerts, message trace, activity log, … A record
 * comes about in three ways: everyday life (a pure function of the world), a scenario, or what a client did through a
 * service. It can be read from the moment it is published.
 */
export interface Surface<T> {
  /** Unique: `signIn`, `directoryAudit`. Changes on the disk name it. */
  readonly name: string
  /**
   * Everyday records that happened in [from, to) (tenant time, milliseconds), oldest first. `live` says how much happens
   * after the epoch.
   */
  readonly everyday: (world: World, from: number, to: number, live: LiveActivity) => Iterable<Trace<T>>
}

export interface Trace<T> {
  id: string
  /** When it happened: tenant time, milliseconds. */
  at: number
  /** From when on it can be read. */
  publishedAt: number
  record: T
}

/** A trace with the name of its surface. */
export interface Left extends Trace<unknown> {
  surface: string
}

/** A record on a surface, for a scenario or a service to leave behind. */
export const leave = <T>(surface: Surface<T>, trace: Trace<T>): Left => ({ surface: surface.name, ...trace })

/** One surface of one tenant. */
export class Log<T> {
  readonly #surface: Surface<T>
  readonly #world: World
  readonly #live: LiveActivity
  readonly #told: readonly Trace<T>[]
  readonly #done: readonly Trace<unknown>[]

  constructor(
    surface: Surface<T>,
    world: World,
    live: LiveActivity,
    told: readonly Left[],
    done: readonly Trace<unknown>[],
  ) {
    this.#surface = surface
    this.#world = world
    this.#live = live
    this.#told = told as readonly (Left & Trace<T>)[]
    this.#done = done
  }

  /** What happened in [from, to) and can be read at `now`, oldest first. */
  between(from: number, to: number, now: number): Trace<T>[] {
    const visible = ({ at, publishedAt }: Trace<unknown>) => at >= from && at < to && publishedAt <= now
    return [
      ...[...this.#surface.everyday(this.#world, from, to, this.#live)].filter(visible),
      ...this.#told.filter(visible),
      ...(this.#done as readonly Trace<T>[]).filter(visible),
    ].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  }
}

/** What clients did that left a record, by surface. */
export class Deeds {
  readonly #surfaces = new Map<string, Trace<unknown>[]>()

  of(surface: string): Trace<unknown>[] {
    if (!this.#surfaces.has(surface)) this.#surfaces.set(surface, [])
    return this.#surfaces.get(surface)!
  }

  apply({ trace: { surface, ...trace } }: Extract<Recorded, { type: 'trace.left' }>): void {
    this.of(surface).push(trace)
  }

  clear(): void {
    for (const traces of this.#surfaces.values()) traces.length = 0
  }
}
