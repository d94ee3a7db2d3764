import { afterAll, beforeAll, describe } from 'vitest'

import type { EventStore } from '#store/event-store.ts'

import { testArrivals } from './arrivals-suite.ts'
import { testQueries } from './query-suite.ts'
import { testReading } from './reading-suite.ts'
import { testSearching } from './searching-suite.ts'
import { testStoring } from './storing-suite.ts'
import { testTenants } from './tenants-suite.ts'

/** What every event store must do, whatever runs it. `open` gives a store that was never migrated. */
export function testEventStore(name: string, open: () => Promise<{ store: EventStore; close(): Promise<void> }>): void {
  describe(`${name}`, () => {
    let opened: { store: EventStore; close(): Promise<void> } | undefined
    const store = () => opened!.store

    beforeAll(async () => {
      opened = await open()
      await store().migrate()
    })
    afterAll(() => opened?.close())

    describe('storing', () => void testStoring(store))
    describe('reading', () => void testReading(store))
    describe('reading in the order of arrival', () => void testArrivals(store))
    describe('any query', () => void testQueries(store))
    describe('searching', () => void testSearching(store))
    describe('keeping tenants apart', () => void testTenants(store))
  })
}
