import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { DeadLetter, Destination } from '#domain/destination.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Lease } from '#domain/lease.ts'
import type { AlertCursor } from '#store/record-store.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'

import { at, detection, freshTenant } from './samples.ts'

const CURSOR = { arrivedMs: 1_700_000_000_123, timeMs: -5, id: 'event "1"' }

export const destinationContract: Contract = (store) => {
  async function tenant(): Promise<TenantId> {
    const tenantId = freshTenant()
    await store().tenants.ensure(tenantId, 'Sent on from')
    return tenantId
  }

  async function destination(tenantId: TenantId, secret?: string): Promise<Destination> {
    const made: Destination = {
      tenantId,
      id: randomUUID(),
      name: 'SIEM',
      kind: 'webhook',
      options: { url: 'https://siem.example/', list: ['a'] },
      hasSecret: secret !== undefined,
      filter: { events: true, datasets: ['o365.audit'], query: 'user.name : ana', alerts: false },
      isPaused: false,
      createdAt: at(0),
      delivered: 0,
      deadLetters: 0,
    }
    await store().destinations.create(made, { ...(secret !== undefined && { secret }) })
    return made
  }

  async function lease({ tenantId, id }: Destination): Promise<Lease> {
    const taken = await store().leases.take({ tenantId, connectionId: id, feed: 'forward' }, 'me', 60_000)
    if ('againInMs' in taken) throw new Error('The lease was not free.')
    return taken
  }

  const letter = (id: string, document = '{"a":"\\u0000 Zoë"}'): DeadLetter => {
    return {
      id,
      kind: 'event',
      dataset: 'o365.audit',
      timeMs: 12.5,
      document,
      reason: 'no "mapping"',
      refusedAt: at(2),
    }
  }
  const BATCH = { delivered: 0, refused: [], retried: [], at: at(1) }

  it('keeps a destination until its tenant removes it, and its secret apart', async () => {
    const [tenantId, other] = [await tenant(), await tenant()]
    const made = await destination(tenantId, 's3cret')
    expect(await store().destinations.list(tenantId)).toEqual([made])
    expect(await store().destinations.read(tenantId, made.id)).toEqual(made)
    expect(await store().destinations.readSecret(tenantId, made.id)).toBe('s3cret')
    for (const gone of [
      await store().destinations.read(other, made.id),
      await store().destinations.readSecret(other, made.id),
    ])
      expect(gone).toBeUndefined()
    const changed = { ...made, name: 'Other', isPaused: true, options: { url: 'https://b.example/' } }
    expect(await store().destinations.change(changed)).toBe(true)
    expect(await store().destinations.read(tenantId, made.id)).toEqual(changed)
    expect(await store().destinations.readSecret(tenantId, made.id)).toBe('s3cret')
    await store().destinations.change(changed, 'other')
    expect(await store().destinations.readSecret(tenantId, made.id)).toBe('other')
    expect(await store().destinations.change({ ...changed, tenantId: other })).toBe(false)
    expect(await store().destinations.remove(other, made.id)).toBe(false)
    expect(await store().destinations.remove(tenantId, made.id)).toBe(true)
    expect(await store().destinations.list(tenantId)).toEqual([])
  })

  it('goes on where the holder of the lease left it, and refuses whoever lost it', async () => {
    const made = await destination(await tenant())
    expect(await store().destinations.readCursors(made.tenantId, made.id)).toEqual({})
    const held = await lease(made)
    const alertsAfter = { changedIn: '17', id: 'a' }
    await store().destinations.commit(held, { ...BATCH, delivered: 3, eventsAfter: CURSOR })
    await store().destinations.commit(held, { ...BATCH, delivered: 4, alertsAfter, at: at(5) })
    expect(await store().destinations.readCursors(made.tenantId, made.id)).toEqual({ eventsAfter: CURSOR, alertsAfter })
    expect(await store().destinations.read(made.tenantId, made.id)).toMatchObject({
      delivered: 7,
      lastDeliveredAt: at(5),
    })
    await expect(
      store().destinations.commit({ ...held, token: held.token - 1 }, { ...BATCH, delivered: 1 }),
    ).rejects.toMatchObject({ code: 'COLLECT_LEASE_LOST' })
    expect((await store().destinations.read(made.tenantId, made.id))?.delivered).toBe(7)
  })

  it('keeps what was refused with the reason, until another try or somebody settles it', async () => {
    const made = await destination(await tenant())
    const { tenantId, id } = made
    const held = await lease(made)
    const letters = ['a', 'b', 'c'].map((name) => letter(name))
    await store().destinations.commit(held, { ...BATCH, refused: letters })
    await store().destinations.commit(held, { ...BATCH, refused: [{ ...letters[0]!, reason: 'again' }] })
    expect(await store().destinations.deadLetters(tenantId, id, { limit: 2, offset: 0 })).toEqual([
      { ...letters[0], reason: 'again' },
      letters[1],
    ])
    expect((await store().destinations.read(tenantId, id))?.deadLetters).toBe(3)
    expect(await store().destinations.retriedLetters(tenantId, id, 10)).toEqual([])
    expect(await store().destinations.retryLetters(tenantId, id)).toBe(3)
    expect(await store().destinations.retriedLetters(tenantId, id, 2)).toHaveLength(2)
    await store().destinations.commit(held, {
      ...BATCH,
      delivered: 2,
      retried: ['a', 'b', 'c'],
      refused: [letters[2]!],
    })
    expect(await store().destinations.deadLetters(tenantId, id, { limit: 9, offset: 0 })).toEqual([letters[2]])
    expect(await store().destinations.retriedLetters(tenantId, id, 10)).toEqual([])
    expect(await store().destinations.discardLetters(tenantId, id)).toBe(1)
    expect((await store().destinations.read(tenantId, id))?.deadLetters).toBe(0)
  })

  it('says since when it fails, until something is delivered', async () => {
    const made = await destination(await tenant())
    const held = await lease(made)
    const fault = { since: at(1), code: 'FORWARD_UNREACHABLE', what: 'a', why: 'b', fix: 'c' }
    await store().destinations.noteFault(held, fault)
    await store().destinations.noteFault(held, { ...fault, since: at(9), why: 'still' })
    expect((await store().destinations.read(made.tenantId, made.id))?.fault).toEqual({ ...fault, why: 'still' })
    await store().destinations.commit(held, BATCH)
    expect((await store().destinations.read(made.tenantId, made.id))?.fault).toBeUndefined()
  })

  it('gives alerts in the order in which they changed, each change once', async () => {
    const tenantId = await tenant()
    const detect = (groupKey: string) => detection({ groupKey })
    let cursor: AlertCursor | undefined
    async function changes(limit = 10) {
      const page = await store().alertChanges(tenantId, cursor, limit)
      cursor = page.next
      return page.alerts.map(({ groupKey, eventCount }) => `${groupKey} ${eventCount}`)
    }
    await store().alerts.record(tenantId, [detect('a')], at(1))
    await store().alerts.record(tenantId, [detect('b')], at(1))
    await store().alerts.record(tenantId, [detect('c')], at(1))
    // Another's transaction that is still under way holds the horizon: what comes is asked for until it has ended.
    await expect.poll(async () => (await store().alertChanges(tenantId, undefined, 9)).alerts.length).toBe(3)
    expect(await changes(2)).toEqual(['a 1', 'b 1'])
    expect(await changes(2)).toEqual(['c 1'])
    expect(await changes()).toEqual([])
    await store().alerts.record(tenantId, [detect('a')], at(1))
    await expect.poll(() => changes()).toEqual(['a 2'])
    expect(await changes()).toEqual([])
    cursor = { changedIn: '900000000000', id: '' }
    expect(await changes()).toEqual(['b 1', 'c 1', 'a 2'])
    expect((await store().alertChanges(freshTenant(), undefined, 9)).alerts).toEqual([])
  })
}
