import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { TenantId } from '#domain/ids.ts'

import type { Stores } from '#app/stores.ts'
import type { RuleBook } from './rule-book.ts'
import { openReconciledStores, type ReconciledStores } from './testing/reconciled-stores.ts'
import { fact, gather, signIn } from './testing/ruled-stores.ts'

let reconciled: ReconciledStores
let stores: Stores
let book: RuleBook
let tenantId: TenantId

beforeAll(async () => {
  reconciled = await openReconciledStores()
  ;({ stores, book } = reconciled)
}, 120_000)
afterAll(() => reconciled[Symbol.asyncDispose]())
beforeEach(async () => {
  tenantId = await reconciled.freshTenant()
})

const collect = (texts: readonly string[], tenant = tenantId, dataset = 'o365.audit') =>
  reconciled.collect(tenant, texts, dataset)
const reconcile = (change: Parameters<ReconciledStores['reconcile']>[1] = {}, tenant = tenantId) =>
  reconciled.reconcile(tenant, change)
const stream = () => reconciled.stream(tenantId)
const alertsOf = (tenant = tenantId) => reconciled.alertsOf(tenant)
const told = () => reconciled.told(tenantId)
const stateOf = async (rule: string) =>
  (await stores.records.reconciliations.list(tenantId)).find(({ ruleId }) => ruleId === rule)
/** Has the next pass judge everything again. */
async function judgeAgain(): Promise<void> {
  const span = { from: Date.parse('2026-11-19T00:00:00Z'), until: Date.parse('2026-11-22T00:00:00Z') }
  for (const { ruleId, until: edge } of await stores.records.reconciliations.list(tenantId)) {
    await stores.records.reconciliations.write({ tenantId, ruleId, until: edge, waiting: [span] })
  }
}

describe('a pass over history', () => {
  it('finds what the stream has let go of, and says how much', async () => {
    await collect([1, 2, 3].map((minute) => fact('Eve@harborfinch.example', minute)))
    await stores.records.correlationHits.prune(tenantId, '2027-01-01T00:00:00.000Z', 0)
    await collect([fact('eve@harborfinch.example', 50)])
    await reconcile()
    const [alert] = await alertsOf()
    expect(await told()).toEqual([['many', 'eve@harborfinch.example', 4, 'open']])
    expect(alert?.sentence).toMatch(/^4 events within 1 hour for eve@harborfinch.example\. ./)
    expect(await stateOf('many')).toMatchObject({
      waiting: [],
      added: { events: 4, alerts: 1 },
      unconfirmed: { events: 0, alerts: 0 },
    })
  })

  it('adds nothing to what the stream has found, and nothing when it is repeated', async () => {
    await collect([1, 2, 3, 30, 59].map((minute) => fact('eve', minute)))
    await collect([fact('eve', 40, { Operation: 'FileDeleted' })])
    await stream()
    expect(await told()).toHaveLength(3)
    const before = await alertsOf()
    for (let pass = 0; pass < 2; pass++) {
      await reconcile()
      expect(await alertsOf()).toEqual(before)
      expect(await stateOf('many')).toMatchObject({ added: { events: 0 }, unconfirmed: { events: 0 } })
      await judgeAgain()
    }
  })

  it('leaves out what asks for more of the past than a pass looks at', async () => {
    await collect([fact('eve', 1, { Operation: 'FileUploaded' })])
    await reconcile()
    expect(await told()).toEqual([])
    expect(await stateOf('many')).toBeDefined()
    expect(await stateOf('new')).toBeUndefined()
  })

  it('gives two places too far apart the two events between which they lie, as the stream does', async () => {
    const berlin = [52.5, 13.4] as const
    const sydney = [-33.9, 151.2] as const
    await collect([signIn(1, berlin), signIn(2, berlin), signIn(3, sydney)], tenantId, 'azure.signinlogs')
    await reconcile()
    expect(await told()).toEqual([['far', 'eve@harborfinch.example', 2, 'open']])
    const [added] = await alertsOf()
    await stream()
    expect(await alertsOf()).toEqual([added])
  })

  it('takes up an event that comes days after those it belongs to', async () => {
    await collect([1, 2].map((minute) => fact('eve', minute)))
    await reconcile()
    expect(await told()).toEqual([])
    await collect([fact('eve', 3 * 1440), fact('eve', 3)])
    await reconcile()
    expect(await told()).toEqual([['many', 'eve', 3, 'open']])
  })

  it('finds what did not come once all of that time is known, and waits until then', async () => {
    await collect([fact('eve', 1, { Operation: 'FileCopied' }), fact('bo', 2, { Operation: 'FileCopied' })])
    await collect([fact('bo', 62, { Operation: 'FileMoved' }), fact('eve', 62, { Operation: 'FileMoved' })])
    await reconcile()
    expect(await told()).toEqual([])
    expect((await stateOf('absent'))?.waiting).not.toEqual([])
    await collect([fact('ann', 300)])
    await reconcile()
    expect(await told()).toEqual([['absent', 'eve', 1, 'open']])
    expect(await stateOf('absent')).toMatchObject({ added: { events: 1, alerts: 1 }, unconfirmed: { events: 0 } })
  })

  it('does not confirm that something did not come where it has come since', async () => {
    await collect([fact('eve', 1, { Operation: 'FileCopied' }), fact('ann', 300)])
    await stream()
    await reconcile()
    expect(await told()).toEqual([['absent', 'eve', 1, 'open']])
    expect(await stateOf('absent')).toMatchObject({ added: { events: 0 }, unconfirmed: { events: 0 } })
    await collect([fact('eve', 61, { Operation: 'FileMoved' })])
    await reconcile()
    expect(await told()).toEqual([['absent', 'eve', 1, 'open']])
    expect(await stateOf('absent')).toMatchObject({ unconfirmed: { events: 1, alerts: 1 } })
  })

  it('leaves an alert closed that somebody closed, whatever belongs to its firings besides', async () => {
    await collect([10, 11, 12].map((minute) => fact('eve', minute)))
    await reconcile()
    const [alert] = await alertsOf()
    await stores.records.alerts.close(tenantId, alert!.id, 'A move of files.', '2026-11-21T00:00:00.000Z')
    await collect([fact('eve', 9)])
    await judgeAgain()
    await reconcile()
    expect(await told()).toEqual([['many', 'eve', 3, 'closed']])
    await collect([fact('eve', 13)])
    await reconcile()
    expect((await told()).map(([, , events, status]) => [events, status]).toSorted()).toEqual([
      [1, 'open'],
      [3, 'closed'],
    ])
  })

  it('does not see what another tenant did', async () => {
    const other = await reconciled.freshTenant()
    await collect([fact('eve', 1), fact('eve', 2)])
    await collect([fact('eve', 3), fact('eve', 4)], other)
    await reconcile()
    await reconcile({}, other)
    expect(await alertsOf()).toEqual([])
    expect(await alertsOf(other)).toEqual([])
  })

  it('is made by one process at a time', async () => {
    await collect([1, 2, 3].map((minute) => fact('eve', minute)))
    const passes = await Promise.all([reconcile(), reconcile()])
    expect(passes.toSorted()).toEqual([false, true])
    expect(await told()).toEqual([['many', 'eve', 3, 'open']])
  })

  it('marks what it does not confirm, and takes the mark away once it does', async () => {
    const late = fact('eve', 3)
    await collect([fact('eve', 1), fact('eve', 2)])
    const lost = await reconciled.freshTenant()
    await collect([late], lost)
    const hits = await gather(stores.records.correlationHits.byTime(lost, {}))
    await stores.records.correlationHits.add(tenantId, hits.flat())
    await stream()
    expect(await told()).toEqual([['many', 'eve', 3, 'open']])
    await reconcile()
    expect(await stateOf('many')).toMatchObject({ added: { events: 0 }, unconfirmed: { events: 3, alerts: 1 } })
    await collect([late])
    await reconcile()
    expect(await stateOf('many')).toMatchObject({ added: { events: 0 }, unconfirmed: { events: 0, alerts: 0 } })
    expect(await told()).toEqual([['many', 'eve', 3, 'open']])
  })

  it('forgets a rule that is switched off, and says nothing by it', async () => {
    await reconcile()
    await stores.records.rules.switch(tenantId, ['many'], false)
    await book.refresh()
    await collect([1, 2, 3].map((minute) => fact('eve', minute)))
    await reconcile()
    expect(await told()).toEqual([])
    expect(await stateOf('many')).toBeUndefined()
    expect(await stateOf('different')).toBeDefined()
  })

  it('throws away what it found by rules that changed meanwhile; the next pass judges it by those of then', async () => {
    await collect([1, 2, 3].map((minute) => fact('eve', minute)))
    const { records } = stores
    const evidence: typeof records.reconciliations.evidence = async (...asked) => {
      await records.rules.switch(tenantId, ['different'], false)
      await book.refresh()
      return records.reconciliations.evidence(...asked)
    }
    await reconcile({ records: { ...records, reconciliations: { ...records.reconciliations, evidence } } })
    expect(await told()).toEqual([])
    expect((await stateOf('many'))?.waiting).toHaveLength(1)
    await reconcile()
    expect(await told()).toEqual([['many', 'eve', 3, 'open']])
    expect((await stateOf('many'))?.waiting).toEqual([])
  })

  it('says so where events are not kept as long as a rule looks back', async () => {
    const text = `title: In a week\nid: week\ncorrelation: {type: event_count, rules: [downloaded], timespan: 7d, condition: {gte: 3}}\nlevel: low\n`
    await stores.records.rules.write(tenantId, [{ path: 'week.yml', text }], {
      change: 'import',
      createdBy: 'ana',
      createdAt: '2026-11-20T00:00:00.000Z',
    })
    await stores.records.rules.switch(tenantId, ['week'], true)
    await stores.records.retention.set(tenantId, 'o365.audit', 2)
    await book.refresh()
    await collect([fact('eve', 1)])
    const errors: string[] = []
    await reconcile({ log: ({ code }) => void errors.push(code) })
    expect(errors).toEqual(['RULE_HISTORY_SHORT'])
    expect((await stateOf('week'))?.fault).toMatchObject({
      code: 'RULE_HISTORY_SHORT',
      why: 'It looks back 7 days, and events of o365.audit are kept 2 days.',
    })
    expect((await stateOf('many'))?.fault).toBeUndefined()
    await stores.records.retention.set(tenantId, 'o365.audit', undefined)
    await reconcile()
    expect((await stateOf('week'))?.fault).toBeUndefined()
  })
})
