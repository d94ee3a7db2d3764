import type { Tenant } from '#cloud.ts'

import { random } from './random.ts'
import type { Fate, Kind, Objects } from './objects.ts'

/**
 * Microsoft's directory answers reads from copies that hear of a write a moment later: who changes a user and reads it back at
 * once may see the old value. Here every copy hears of a write half a second to four seconds of tenant time after it was
 * made; how long is decided by the world and the number of the change, so that the same requests see the same. The tenant
 * option `consistency: 'strong'` lets everybody hear of it at once.
 */
const [SOONEST, LATEST] = [500, 4_000]

/** True once the copies that answer reads have heard of a change. */
function isHeard(tenant: Tenant, kind: string, { number, at }: Fate<unknown>): boolean {
  if (tenant.consistency === 'strong' || tenant.now >= at + LATEST) return true
  return tenant.now >= at + random(tenant.world.seed, 'replica', kind, number).between(SOONEST, LATEST)
}

/** Objects of a kind as reads show them. */
export interface Replica<T> {
  find(id: string): T | undefined
  /** Those that were changed by a scenario or a client, gone ones included. */
  touched(): Generator<readonly [id: string, value: T | undefined]>
  /** As {@link touched}, of one owner: for ids that are `<owner>/<rest>`. */
  touchedOf(owner: string): Generator<readonly [id: string, value: T | undefined]>
  /** All of them, in the order of birth, then of creation. */
  all(): Generator<T>
  /** Changes after the one with this number, up to the last before which reads have heard of all: `next`, to go on from. */
  since(number: number): { fates: Fate<T>[]; next: number }
}

export function replica<T>(tenant: Tenant, kind: Kind<T>): Replica<T> {
  const objects: Objects<T> = tenant.objects(kind)
  const heard = (fate: Fate<T>) => isHeard(tenant, kind.name, fate)
  const find = (id: string) => objects.heard(id, heard)
  const pairs = function* (ids: Iterable<string>) {
    for (const id of ids) yield [id, find(id)] as const
  }
  return {
    find,
    touched: () => pairs(objects.touchedIds),
    touchedOf: (owner) => pairs(objects.touchedIdsOf(owner)),
    *all() {
      for (const id of objects.ids()) {
        const value = find(id)
        if (value !== undefined) yield value
      }
    },
    since: (number) => {
      const fates = objects.since(number)
      // What somebody has not heard of yet comes next time, and what came after it.
      const waiting = fates.filter((fate) => !heard(fate)).map((fate) => fate.number)
      const next = Math.min(tenant.changeCount, ...waiting) - 1
      return { fates: fates.filter((fate) => fate.number <= next), next }
    },
  }
}
