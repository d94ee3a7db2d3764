import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RecordStore } from '#store/record-store.ts'

import { actionRunContract } from './record-store/action-runs.ts'
import { alertContract } from './record-store/alerts.ts'
import { budgetContract } from './record-store/budgets.ts'
import { collectedFileContract } from './record-store/collected-files.ts'
import { connectionContract } from './record-store/connections.ts'
import { correlationHitContract } from './record-store/correlation-hits.ts'
import { coverageContract } from './record-store/coverage.ts'
import { destinationContract } from './record-store/destinations.ts'
import { followUpContract } from './record-store/follow-ups.ts'
import { intakeKeyContract } from './record-store/intake-keys.ts'
import { investigationContract } from './record-store/investigations.ts'
import { leasesContract } from './record-store/leases.ts'
import { peopleContract } from './record-store/people.ts'
import { quarantineContract } from './record-store/quarantine.ts'
import { reconciliationContract } from './record-store/reconciliations.ts'
import { retentionContract } from './record-store/retention.ts'
import { ruleContract } from './record-store/rules.ts'
import { safeguardContract } from './record-store/safeguards.ts'
import { savedSearchContract } from './record-store/saved-searches.ts'
import { valueListContract } from './record-store/value-lists.ts'

/** A noun's part of the contract: declares tests over the store that `store()` gives while they run. */
export type Contract = (store: () => RecordStore) => void

/**
 * The record store's contract, to be run on every engine. Tests use tenants of their own, so they share one store.
 *
 * @param open gives a store over an empty database, and how to stop it.
 * @param missing why the engine cannot run on this machine: the suite is skipped and says so.
 */
export function testRecordStore(
  name: string,
  open: () => Promise<{ store: RecordStore; stop(): Promise<void> }>,
  missing?: string,
): void {
  describe.skipIf(missing)(`record store on ${name}${missing ? `: skipped, ${missing}` : ''}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    beforeAll(async () => {
      opened = await open()
      await opened.store.migrate()
    })
    afterAll(() => opened?.stop())
    const store = () => opened.store

    it('migrates again, and from two sides at once, without changing anything', async () => {
      const [tenant] = await Promise.all([
        store().tenants.ensure('00000000-0000-4000-8000-000000000001' as never, 'Kept'),
        store().migrate(),
        store().migrate(),
      ])
      expect(await store().tenants.list()).toContainEqual(tenant)
      expect(await store().ping()).toBe(true)
    })

    describe('connections and tenants', () => void connectionContract(store))
    describe('coverage', () => void coverageContract(store))
    describe('leases of feeds', () => void leasesContract(store))
    describe('quarantine', () => void quarantineContract(store))
    describe('alerts', () => void alertContract(store))
    describe('rules', () => void ruleContract(store))
    describe('what correlations remember', () => void correlationHitContract(store))
    describe('correlations against history', () => void reconciliationContract(store))
    describe('investigations', () => void investigationContract(store))
    describe('follow-ups', () => void followUpContract(store))
    describe('action runs', () => void actionRunContract(store))
    describe('collected files', () => void collectedFileContract(store))
    describe('safeguards', () => void safeguardContract(store))
    describe('budgets', () => void budgetContract(store))
    describe('destinations', () => void destinationContract(store))
    describe('intake keys', () => void intakeKeyContract(store))
    describe('saved searches', () => void savedSearchContract(store))
    describe('value lists', () => void valueListContract(store))
    describe('retention', () => void retentionContract(store))
    describe('people, tokens and audit', () => void peopleContract(store))
  })
}
