import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { createBackTest } from '#detect/sql/back-test.ts'
import { createReadKnown } from '#detect/sql/known.ts'
import { createReadPast } from '#detect/sql/past.ts'
import type { TenantId } from '#domain/ids.ts'

import { createBus } from '#app/bus.ts'
import { until } from '#app/testing/cordon-process.ts'
import { createCorrelating } from './correlating.ts'
import { fact, fail, openRuledStores, type RuledStores } from './testing/ruled-stores.ts'

const RULES = `title: Shared And Not Taken Back
id: shared
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: AnonymousLinkCreated}
  condition: selection
cordon: {absence: {of: [taken_back], group-by: [UserId], timespan: 1h, lateness: 2h}}
---
title: Taken back
id: taken_back
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: AnonymousLinkRemoved}
  condition: selection
---
title: Deleted And Not Restored
id: deleted
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDeleted}
  condition: selection
cordon: {absence: {of: [restored], group-by: [UserId], timespan: 1h, lateness: 12h}}
---
title: Restored
id: restored
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileRestored}
  condition: selection
`
const shared = (minute: number, user = 'eve') => fact(user, minute, { Operation: 'AnonymousLinkCreated' })
const takenBack = (minute: number, user = 'eve') => fact(user, minute, { Operation: 'AnonymousLinkRemoved' })
const anything = (minute: number) => fact('bo', minute)

let now: number
const clock = { now: () => now }
const tick = (minute: number) => (now = Date.UTC(2026, 10, 20, 8, minute))
let ruled: RuledStores
let tenantId: TenantId

beforeAll(async () => {
  tick(0)
  ruled = await openRuledStores(RULES, clock)
}, 120_000)
afterAll(() => ruled[Symbol.asyncDispose]())
beforeEach(async () => {
  tenantId = await ruled.freshTenant()
})

/** Correlates from nothing, as after a crash. */
async function begin(): Promise<AsyncDisposable> {
  const { stores, book } = ruled
  const { correlationHits } = stores.records
  let isBegun = false
  const arrivals: typeof correlationHits.arrivals = async (...asked) => {
    // All that is remembered has been judged before anything new is asked for.
    isBegun ||= asked[0] === tenantId
    return correlationHits.arrivals(...asked)
  }
  const correlating = createCorrelating({
    book,
    bus: createBus(),
    clock,
    log: fail,
    records: { ...stores.records, correlationHits: { ...correlationHits, arrivals } },
    readPast: createReadPast(stores.events.hunt, clock),
    readKnown: createReadKnown(stores.events.hunt),
  })
  await correlating.start()
  await until(
    async () => isBegun,
    (isDone) => isDone,
  )
  return { [Symbol.asyncDispose]: () => correlating.close() }
}

async function told() {
  const alerts = await ruled.stores.records.alerts.list(tenantId, { limit: 100, now: '2026-12-01T00:00:00.000Z' })
  return alerts.map(({ groupKey, eventCount, sentence }) => [groupKey, eventCount, sentence.split('.')[0]])
}

async function toldFromNothing() {
  await using _correlating = await begin()
  return told()
}

const EVES = ['eve', 1, 'What should follow did not come within 1 hour for eve']

describe('what did not come', () => {
  it('is told once it could have come late, once, whoever begins anew', async () => {
    await ruled.collect(tenantId, [shared(0), shared(1, 'ann'), takenBack(61, 'ann'), anything(178), anything(181)])
    tick(179)
    expect(await toldFromNothing()).toEqual([])
    tick(181)
    expect(await toldFromNothing()).toEqual([EVES])
    expect(await toldFromNothing()).toEqual([EVES])
  })

  it('is told while time passes, and not before', async () => {
    await ruled.collect(tenantId, [shared(0), anything(99), anything(199)])
    tick(100)
    await using _correlating = await begin()
    expect(await told()).toEqual([])
    tick(200)
    expect(await until(told, (alerts) => alerts.length > 0)).toEqual([EVES])
  })

  it('is not told while the feed stands still', async () => {
    await ruled.collect(tenantId, [shared(0), anything(59)])
    tick(600)
    expect(await toldFromNothing()).toEqual([])
    await ruled.collect(tenantId, [anything(60)])
    expect(await toldFromNothing()).toEqual([EVES])
  })

  it('is not told where what should follow came late, before or after anybody looked', async () => {
    await ruled.collect(tenantId, [shared(0), shared(0, 'ann'), anything(169), anything(299)])
    tick(170)
    expect(await toldFromNothing()).toEqual([])
    await ruled.collect(tenantId, [takenBack(30)])
    tick(300)
    expect(await toldFromNothing()).toEqual([['ann', 1, 'What should follow did not come within 1 hour for ann']])
  })

  it('is not told where it came later than other correlations wait for, and is waited for', async () => {
    const restored = fact('eve', 30, { Operation: 'FileRestored' })
    const deleted = (minute: number, user: string) => fact(user, minute, { Operation: 'FileDeleted' })
    tick(600)
    await ruled.collect(tenantId, [deleted(0, 'eve'), deleted(0, 'ann'), deleted(600, 'bo')])
    await using _correlating = await begin()
    await ruled.collect(tenantId, [restored, anything(1000)])
    tick(1000)
    expect(await until(told, (alerts) => alerts.length > 0)).toEqual([
      ['ann', 1, 'What should follow did not come within 1 hour for ann'],
    ])
  })

  it('is found by a back-test where the stream finds it, and not at the end of its range', async () => {
    await ruled.collect(tenantId, [shared(0), shared(1, 'ann'), takenBack(61, 'ann'), shared(150), anything(400)])
    const backTest = createBackTest(ruled.stores.events.hunt)
    const rules = ruled.book.of(tenantId).runnable
    const until181 = { from: '2026-11-20T00:00:00Z', to: '2026-11-20T11:01:00Z' }
    const { total } = await backTest({ tenantId, rules, rule: 'shared', samples: 2, ...until181 })
    expect(total).toBe(1)
    const whole = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' }
    expect(await backTest({ tenantId, rules, rule: 'shared', samples: 2, ...whole })).toMatchObject({ total: 2 })
  })
})
