import { expect, it } from 'vitest'

import type { FeedKey } from '#domain/coverage.ts'
import type { Lease } from '#domain/lease.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Contract } from '#store/testing/record-store-suite.ts'
import { at, counts, freshTenant } from './samples.ts'

const MINUTE = 60_000
const feed = (): FeedKey => ({ tenantId: freshTenant(), connectionId: 'connection', feed: 'graph.alerts' })

async function taken(store: RecordStore, key: FeedKey, holder: string, forMs = MINUTE): Promise<Lease> {
  const lease = await store.leases.take(key, holder, forMs)
  if ('againInMs' in lease) throw new Error(`Refused for ${lease.againInMs} ms.`)
  return lease
}

/** Of time that has run out already. */
const DEAD = -1

const window = {
  from: at(0),
  to: at(10),
  state: 'in-progress',
  listed: 0,
  stored: 0,
  late: 0,
  counts: counts(0),
  updatedAt: at(10),
} as const

export const leasesContract: Contract = (store) => {
  it('are held by one at a time, however many ask at once', async () => {
    const key = feed()
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => store().leases.take(key, holder, MINUTE)))
    const refused = asked.flatMap((each) => ('againInMs' in each ? [each.againInMs] : []))
    expect(refused).toHaveLength(3)
    for (const ms of refused) expect(ms > MINUTE / 2 && ms <= MINUTE).toBe(true)
  })

  it('come back with when the feed is due, what failed, and how far its edge is', async () => {
    const key = feed()
    const first = await taken(store(), key, 'a')
    expect(first).toEqual({ ...key, token: 1, failures: 0 })
    await store().leases.release(first, { dueInMs: MINUTE, failures: 2, edge: at(5) })
    expect(await store().leases.take(key, 'b', MINUTE)).toEqual({ againInMs: expect.toSatisfy((ms) => ms > 1000) })
    await store().leases.hurry(key)
    const second = await taken(store(), key, 'b')
    expect(second).toEqual({ ...key, token: 2, failures: 2 })
    await store().leases.release(second, { dueInMs: 0, failures: 0 })
    expect(await store().leases.list(key.tenantId)).toEqual([{ ...key, failures: 0, edge: at(5) }])
  })

  it('go to another when their holder is silent, and what the old one writes then is refused', async () => {
    const key = feed()
    const old = await taken(store(), key, 'a', DEAD)
    await store()
      .coverage.heldBy(old)
      .commit(key, { windows: [window] })
    const young = await taken(store(), key, 'b')
    const commit = store()
      .coverage.heldBy(old)
      .commit(key, { windows: [{ ...window, state: 'complete' }], checkpoint: { until: at(10) } })
    await expect(commit).rejects.toMatchObject({ code: 'COLLECT_LEASE_LOST' })
    expect(await store().coverage.readCheckpoint(key)).toBeUndefined()
    expect(await store().coverage.windows(key.tenantId, { from: at(0), to: at(10) })).toMatchObject([window])

    await store().leases.release(old, { dueInMs: 0, failures: 9 })
    expect(await store().leases.take(key, 'a', MINUTE)).toHaveProperty('againInMs')
    await store()
      .coverage.heldBy(young)
      .commit(key, { windows: [window], checkpoint: { until: at(10) } })
    expect(await store().coverage.readCheckpoint(key)).toEqual({ until: at(10) })
  })

  it('last as long as their holder says that it lives', async () => {
    const key = feed()
    const lease = await taken(store(), key, 'alive', DEAD)
    expect(await store().leases.renew('alive', MINUTE)).toEqual([{ ...key, token: lease.token }])
    expect(await store().leases.take(key, 'b', MINUTE)).toHaveProperty('againInMs')
    await store().leases.release(lease, { dueInMs: 0, failures: 0 })
    expect(await store().leases.renew('alive', MINUTE)).toEqual([])
  })

  it('are hurried where passes failed, and all freed for who is alone', async () => {
    const [failing, well] = [feed(), feed()]
    for (const [key, failures] of [
      [failing, 1],
      [well, 0],
    ] as const) {
      await store().leases.release(await taken(store(), key, 'a'), { dueInMs: MINUTE, failures })
    }
    await store().leases.hurry()
    await taken(store(), failing, 'b')
    expect(await store().leases.take(well, 'b', MINUTE)).toHaveProperty('againInMs')
    await store().leases.clear()
    await taken(store(), failing, 'c')
    await taken(store(), well, 'c')
  })
}
