import { Readable } from 'node:stream'

import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { createCorrelations } from '#detect/correlations.ts'
import { knownAt } from '#detect/judgments.ts'
import { assembleRules } from '#detect/rule-set.ts'
import { systemClock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'
import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'

import { createBus } from '#app/bus.ts'
import { detectInFile } from '#app/detect.ts'
import type { Stores } from '#app/stores.ts'
import { createReconciling } from './reconciling.ts'
import type { RuleBook } from './rule-book.ts'
import { fact, fail, openRuledStores, type RuledStores } from './testing/ruled-stores.ts'

const RULES = `title: File downloaded
id: downloaded
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDownloaded}
  condition: selection
---
title: File deleted
id: deleted
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileDeleted}
  condition: selection
---
title: Many files downloaded
id: many
correlation: {type: event_count, rules: [downloaded], group-by: [UserId], timespan: 1h, condition: {gte: 3}}
---
title: Many different files
id: different
correlation: {type: value_count, rules: [downloaded], group-by: [UserId], timespan: 2h, condition: {field: ObjectId, gte: 3}}
---
title: Downloaded, then deleted
id: ordered
correlation: {type: temporal_ordered, rules: [downloaded, deleted], group-by: [UserId], timespan: 30m}
---
title: Many, and something deleted
id: above
correlation: {type: temporal, rules: [many, deleted], group-by: [UserId], timespan: 4h, generate: true}
---
title: Copied and not moved
id: absent
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileCopied}
  condition: selection
cordon: {absence: {of: [moved], group-by: [UserId], timespan: 1h, lateness: 0s}}
---
title: File moved
id: moved
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileMoved}
  condition: selection
---
title: New file uploaded
id: new
logsource: {product: m365, service: audit}
detection:
  selection: {Operation: FileUploaded}
  condition: selection
cordon: {first-seen: {fields: [ObjectId], timespan: 30d, learning: 0d}}
`
const CORRELATIONS = ['many', 'different', 'ordered', 'above']
const WHOLE = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }

const opened = new AsyncDisposableStack()
let ruled: RuledStores
let stores: Stores
let book: RuleBook
let engine: Awaited<ReturnType<typeof openScratchEngine>>
let tenantId: TenantId

beforeAll(async () => {
  ruled = opened.use(await openRuledStores(RULES))
  ;({ stores, book } = ruled)
  engine = await openScratchEngine()
  opened.defer(() => engine.close())
}, 120_000)
afterAll(() => opened.disposeAsync())
beforeEach(async () => {
  tenantId = await ruled.freshTenant()
})

const collect = (texts: readonly string[], tenant = tenantId) => ruled.collect(tenant, texts)

/** Starting one for each pass would take most of the time. */
const openEngine = async () => ({ ...engine, close: async () => {} })

const signal = new AbortController().signal
async function reconcile(change: Partial<Parameters<typeof createReconciling>[0]> = {}, tenant = tenantId) {
  const { records } = stores
  const parts = {
    book,
    events: stores.events,
    records,
    bus: createBus(),
    clock: systemClock,
    settleMs: 0,
    openEngine,
    ...change,
  }
  const reconciling = createReconciling({ log: fail, ...parts })
  try {
    return await reconciling.pass(tenant, signal)
  } finally {
    await reconciling.close()
  }
}

/** The stream correlates all that it remembers, as it does when it begins. */
async function stream(): Promise<void> {
  const { alerts, correlationHits } = stores.records
  const running = createCorrelations(book.of(tenantId).correlations)
  for await (const hits of correlationHits.byTime(tenantId, {})) {
    const detections = hits.flatMap((hit) => running.push(hit))
    await alerts.record(tenantId, detections, '2026-11-20T12:00:00.000Z')
  }
  const passed = running.pass(knownAt(book.of(tenantId).correlations, Date.parse('2026-11-20T12:00:00.000Z')))
  await alerts.record(tenantId, passed, '2026-11-20T12:00:00.000Z')
}

const alertsOf = (tenant = tenantId) =>
  stores.records.alerts.list(tenant, { limit: 100, now: '2026-12-01T00:00:00.000Z' })
const told = async () =>
  (await alertsOf()).map(({ ruleId, groupKey, eventCount, status }) => [ruleId, groupKey, eventCount, status])
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
    const other = await ruled.freshTenant()
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
    const lost = await ruled.freshTenant()
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

  it('that is killed between any two steps doubles nothing and loses nothing', async () => {
    const facts = [1, 2, 3, 4].map((minute) => fact('eve', minute))
    let killedAt = 0
    for (let isDead = true; isDead; killedAt++) {
      tenantId = await ruled.freshTenant()
      await stores.records.rules.switch(tenantId, ['different', 'ordered', 'above', 'absent'], false)
      await book.refresh()
      await collect(facts)
      isDead = false
      let steps = killedAt
      // Both before a step is taken and after it: then nobody hears that it was.
      const step =
        <Asked extends unknown[], Given>(take: (...asked: Asked) => Promise<Given>) =>
        async (...asked: Asked) => {
          if (!isDead && steps-- === 0) isDead = true
          if (isDead) throw new Error('Killed.')
          const given = await take(...asked)
          if (steps-- === 0) isDead = true
          if (isDead) throw new Error('Killed.')
          return given
        }
      const { alerts, reconciliations } = stores.records
      const records = {
        ...stores.records,
        alerts: { ...alerts, record: step(alerts.record) },
        reconciliations: {
          ...reconciliations,
          write: step(reconciliations.write),
          mark: step(reconciliations.mark),
          keep: step(reconciliations.keep),
        },
      }
      await reconcile({ records, log: () => {} }).catch(() => {})
      if (isDead) await reconcile()
      expect({ killedAt, told: await told() }).toEqual({ killedAt, told: [['many', 'eve', 4, 'open']] })
      expect((await stateOf('many'))?.added).toEqual({ events: 4, alerts: 1 })
    }
    expect(killedAt).toBeGreaterThan(10)
  }, 200_000)

  it('leaves the alerts that `cordon detect --engine sql` speaks of, however events came, and by whomever they were found', async () => {
    const FACT = fc.record({
      user: fc.constantFrom('eve', 'bo'),
      minute: fc.nat(400),
      change: fc.record({
        Operation: fc.constantFrom('FileDownloaded', 'FileDownloaded', 'FileDeleted'),
        ObjectId: fc.constantFrom('https://harborfinch.example/a', 'https://harborfinch.example/b', 'c'),
      }),
    })
    let firings = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(FACT, { minLength: 20, maxLength: 40 }),
        fc.nat(20),
        fc.boolean(),
        async (facts, cut, isStreamed) => {
          tenantId = await ruled.freshTenant()
          const texts = facts.map(({ user, minute, change }) => fact(user, minute, change))
          await collect(texts.slice(0, cut))
          if (isStreamed) await stream()
          await reconcile()
          await collect(texts.slice(cut))
          await reconcile()
          const rules = assembleRules([{ file: 'rules.yml', text: RULES }])
          const source = Readable.from(texts.map((text) => `${text}\n`))
          const options = {
            engine: 'sql' as const,
            source,
            dataset: 'o365.audit',
            onBadLine: (_line: number, why: string) => fail(new Error(why)),
          }
          const matches = (await gather(detectInFile(rules, options))).filter(({ group }) => group)
          const idOf = (index: number) => normalizedId(texts[index]!)
          const groups = new Set(matches.map(({ rule, group }) => `${rule} ${group!.join(' · ')}`))
          expect(new Set((await alertsOf()).map(({ ruleId, groupKey }) => `${ruleId} ${groupKey}`))).toEqual(groups)
          for (const rule of CORRELATIONS) {
            const evidence = new Set(
              (await stores.records.reconciliations.evidence(tenantId, rule, WHOLE)).map(({ id }) => id),
            )
            const own = matches.filter((match) => match.rule === rule).map(({ index }) => idOf(index))
            expect({ rule, missing: own.filter((id) => !evidence.has(id)) }).toEqual({ rule, missing: [] })
            firings += own.length
          }
        },
      ),
      { numRuns: 2, endOnFailure: true },
    )
    expect(firings).toBeGreaterThan(0)
  }, 200_000)
})

function normalizedId(text: string): string {
  const outcome = normalizerOf('o365.audit').normalize(text)
  if (outcome.outcome !== 'kept') throw new Error(`It was ${outcome.outcome}.`)
  return outcome.event.event.id
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
