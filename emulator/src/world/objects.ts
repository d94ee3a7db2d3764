import type { Change, Recorded } from './changes.ts'
import type { World } from './world.ts'

/**
 * Objects that clients can change. What the tenant was born with is a pure function of the world; only changes are kept.
 * A service declares a kind once, at the top of a file, and asks the tenant for it: `tenant.objects(groups).find(id)`.
 */
export interface Kind<T> {
  /** Unique over all services: `group`, `exchange.quarantinedMessage`. Changes on the disk name it. */
  readonly name: string
  /** What there is before anybody changed anything. */
  readonly born: (world: World) => Born<T>
}

/** The objects a tenant was born with. Both functions compute; neither keeps 50,000 objects for one that is asked for. */
export interface Born<T> {
  find(id: string): T | undefined
  all(): Iterable<readonly [id: string, value: T]>
  /** Those of one owner: for kinds whose ids are `<owner>/<rest>`, of which there are too many to walk. */
  of?(owner: string): Iterable<readonly [id: string, value: T]>
}

/** Few enough to be kept in a list. */
export function listed<T>(idOf: (value: T) => string, make: (world: World) => readonly T[]): Kind<T>['born'] {
  return (world) => {
    let made: Map<string, T> | undefined
    const map = () => (made ??= new Map(make(world).map((value) => [idOf(value), value])))
    return { find: (id) => map().get(id), all: () => map() }
  }
}

/** Nothing to begin with. */
export const none = (): Born<never> => ({ find: () => undefined, all: () => [] })

/** An object that a scenario left behind: there from `at` on. */
export interface Planted {
  kind: string
  id: string
  /** Tenant time, milliseconds. */
  at: number
  value: unknown
}

/** An object of the kind, for a scenario to leave behind. */
export const plant = <T>(kind: Kind<T>, id: string, at: number, value: T): Planted => ({
  kind: kind.name,
  id,
  at,
  value,
})

/** What has become of one object: its value, or that it is gone. */
export interface Fate<T> {
  id: string
  /** Undefined once removed. */
  value: T | undefined
  /** Number of the change: deltas count from here. */
  number: number
  /** Tenant time of the change, milliseconds. */
  at: number
  /** The change before it, as long as somebody may not have heard of this one. */
  before?: Fate<T>
}

/** Nobody is behind for longer, milliseconds. */
const HEARD_BY_ALL = 60_000

/** All objects of one kind in one tenant, as they are now. */
export class Objects<T> {
  readonly #born: Born<T>
  readonly #planted: ReadonlyMap<string, Planted>
  readonly #fates: ReadonlyMap<string, Fate<unknown>>
  readonly #kind: Kind<T>
  readonly #record: (change: Change) => void
  readonly #now: () => number
  readonly #ownedFates: (owner: string) => Iterable<string>

  constructor(
    kind: Kind<T>,
    born: Born<T>,
    planted: readonly Planted[],
    fates: ObjectFates,
    record: (change: Change) => void,
    now: () => number,
  ) {
    this.#kind = kind
    this.#born = born
    this.#planted = new Map(planted.map((each) => [each.id, each]))
    this.#fates = fates.of(kind.name)
    this.#ownedFates = (owner) => fates.owned(kind.name, owner)
    this.#record = record
    this.#now = now
  }

  find(id: string): T | undefined {
    const fate = this.#fates.get(id) as Fate<T> | undefined
    return fate ? fate.value : this.#unchanged(id)
  }

  /** As somebody sees it who has heard only of some changes: of what he has heard, the newest. */
  heard(id: string, of: (fate: Fate<T>) => boolean): T | undefined {
    let fate = this.#fates.get(id) as Fate<T> | undefined
    while (fate && !of(fate)) fate = fate.before
    return fate ? fate.value : this.#unchanged(id)
  }

  #unchanged(id: string): T | undefined {
    const planted = this.#planted.get(id)
    if (planted) return planted.at <= this.#now() ? (planted.value as T) : undefined
    return this.#born.find(id)
  }

  /** In the order of birth, then of creation. */
  *all(): Generator<T> {
    for (const [, value] of this.entries()) yield value
  }

  *entries(): Generator<readonly [string, T]> {
    for (const id of this.ids()) {
      const value = this.find(id)
      if (value !== undefined) yield [id, value]
    }
  }

  /** Those whose ids begin with `<owner>/`, for kinds that are born by owner. */
  *of(owner: string): Generator<T> {
    const seen = new Set<string>()
    for (const [id, born] of this.#born.of?.(owner) ?? []) {
      seen.add(id)
      const value = this.#fates.has(id) || this.#planted.has(id) ? this.find(id) : born
      if (value !== undefined) yield value
    }
    for (const id of this.touchedIdsOf(owner)) {
      const value = seen.has(id) ? undefined : this.find(id)
      if (value !== undefined) yield value
    }
  }

  /** Those that scenarios and clients made or changed, without those that are as they were born. */
  *touched(): Generator<T> {
    for (const id of this.touchedIds) {
      const value = this.find(id)
      if (value !== undefined) yield value
    }
  }

  /** Ids of all there have ever been, in the order of birth, then of creation. */
  *ids(): Generator<string> {
    const seen = new Set<string>()
    for (const [id] of this.#born.all()) {
      seen.add(id)
      yield id
    }
    for (const id of this.touchedIds) if (!seen.has(id)) yield id
  }

  /** Ids of those that scenarios and clients made, changed or removed. */
  get touchedIds(): Iterable<string> {
    return new Set([...this.#planted.keys(), ...this.#fates.keys()])
  }

  /** As {@link touchedIds}, of those that begin with `<owner>/`. */
  touchedIdsOf(owner: string): Iterable<string> {
    const planted = [...this.#planted.keys()].filter((id) => id.startsWith(`${owner}/`))
    return new Set([...planted, ...this.#ownedFates(owner)])
  }

  /** Makes or replaces one: on the disk and in force when this returns. */
  put(id: string, value: T): T {
    this.#record({ type: 'object.put', kind: this.#kind.name, id, value })
    return value
  }

  remove(id: string): void {
    this.#record({ type: 'object.removed', kind: this.#kind.name, id })
  }

  /** What has changed after the change with this number, oldest change first. */
  since(number: number): Fate<T>[] {
    return [...(this.#fates as ReadonlyMap<string, Fate<T>>).values()]
      .filter((fate) => fate.number > number)
      .sort((a, b) => a.number - b.number)
  }
}

/** Changes to objects of every kind, as recorded. */
export class ObjectFates {
  readonly #kinds = new Map<string, Map<string, Fate<unknown>>>()
  readonly #owners = new Map<string, Set<string>>()

  of(kind: string): Map<string, Fate<unknown>> {
    if (!this.#kinds.has(kind)) this.#kinds.set(kind, new Map())
    return this.#kinds.get(kind)!
  }

  /** Ids of one owner's objects of a kind: `<owner>/<rest>`. */
  owned(kind: string, owner: string): Iterable<string> {
    return this.#owners.get(`${kind} ${owner}`) ?? []
  }

  apply(change: Extract<Recorded, { type: 'object.put' | 'object.removed' }>): void {
    const { id, number, at } = change
    const slash = id.indexOf('/')
    if (slash > 0) {
      const owner = `${change.kind} ${id.slice(0, slash)}`
      if (!this.#owners.has(owner)) this.#owners.set(owner, new Set())
      this.#owners.get(owner)!.add(id)
    }
    const value = change.type === 'object.put' ? change.value : undefined
    const fates = this.of(change.kind)
    const before = fates.get(id)
    // Taken out first, so that the map's order is the order of changes.
    fates.delete(id)
    fates.set(id, {
      id,
      value,
      number,
      at,
      ...(before ? { before: at - before.at < HEARD_BY_ALL ? before : last(before) } : {}),
    })
  }

  clear(): void {
    for (const fates of this.#kinds.values()) fates.clear()
    this.#owners.clear()
  }
}

/** Everybody has heard of it: what was before it does not matter any more. */
const last = ({ id, value, number, at }: Fate<unknown>): Fate<unknown> => ({ id, value, number, at })
