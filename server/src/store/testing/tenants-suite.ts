import { expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'
import type { EventQuery } from '#domain/query.ts'
import type { EventStore } from '#store/event-store.ts'

import { ALL, DAY, found, idsOf, numbered, stored, totals } from './asked.ts'
import { asEveryKind } from './hostile-queries.ts'
import { put } from './put.ts'
import { testEvent } from './test-event.ts'

/** No question reaches another tenant. */
export function testTenants(store: () => EventStore): void {
  it("reaches no other tenant's events by any question", async () => {
    const theirs = await stored(store(), ...numbered(20))
    const mine = await stored(store(), testEvent(500))
    const keys = numbered(20).map((event) => store().encode(theirs, event))
    const ids = keys.map(({ id }) => id)
    expect(await store().storedIds(mine, keys)).toEqual(new Set())
    expect(await store().readMany(mine, ids)).toEqual([])
    expect(await store().read(mine, 'event-1')).toBeUndefined()
    const attacks = [
      "x' OR tenant_id != '",
      `x') OR tenant_id = '${theirs}' OR ('`,
      '1) UNION ALL SELECT event FROM cordon.events --',
      '{p1:String}',
      '\\',
      "\\'",
      '`tenant_id`',
      '*/',
      'a\0b',
    ]
    for (const attack of attacks) {
      for (const query of asEveryKind(attack)) {
        const any: EventQuery = { kind: 'or', terms: [query, ALL] }
        expect(await found(store(), mine, any)).toEqual(['event-500'])
        expect(await store().count(mine, { range: DAY, query: any })).toBe(1)
      }
      const top = await store().topValues(mine, { range: DAY, query: ALL, field: attack, limit: 10 })
      expect(top).toEqual([])
      expect(await store().read(mine, attack)).toBeUndefined()
      expect(await store().readMany(mine, [attack])).toEqual([])
      const cursor = Buffer.from(JSON.stringify([Date.parse(DAY.to), attack])).toString('base64url')
      expect(idsOf(await store().search(mine, { range: DAY, query: ALL, limit: 10, cursor }))).toEqual(['event-500'])
    }
    expect(await totals(store(), theirs)).toEqual(new Set([20]))
  })

  it('refuses a tenant id that is none', async () => {
    const forged = "0' OR '1" as TenantId
    await expect(store().count(forged, { range: DAY, query: ALL })).rejects.toMatchObject({
      code: 'STORE_REQUEST_REFUSED',
    })
    await expect(put(store(), forged, 'x', numbered(1))).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
  })
}
