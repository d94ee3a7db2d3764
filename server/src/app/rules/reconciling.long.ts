import { Readable } from 'node:stream'

import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { assembleRules } from '#detect/rule-set.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'

import { detectInFile } from '#app/detect.ts'
import { openReconciledStores, type ReconciledStores, RULES } from './testing/reconciled-stores.ts'
import { fact, fail, gather } from './testing/ruled-stores.ts'

/** A pass over history, killed at every step, and held against the command line. */
const CORRELATIONS = ['many', 'different', 'ordered', 'above']
const WHOLE = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }

let reconciled: ReconciledStores
beforeAll(async () => {
  reconciled = await openReconciledStores()
}, 120_000)
afterAll(() => reconciled[Symbol.asyncDispose]())

it('a pass that is killed between any two steps doubles nothing and loses nothing', async () => {
  const facts = [1, 2, 3, 4].map((minute) => fact('eve', minute))
  let killedAt = 0
  for (let isDead = true; isDead; killedAt++) {
    const tenantId = await reconciled.freshTenant()
    await reconciled.stores.records.rules.switch(tenantId, ['different', 'ordered', 'above', 'absent'], false)
    await reconciled.book.refresh()
    await reconciled.collect(tenantId, facts)
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
    const { alerts, reconciliations } = reconciled.stores.records
    const records = {
      ...reconciled.stores.records,
      alerts: { ...alerts, record: step(alerts.record) },
      reconciliations: {
        ...reconciliations,
        write: step(reconciliations.write),
        mark: step(reconciliations.mark),
        keep: step(reconciliations.keep),
      },
    }
    await reconciled.reconcile(tenantId, { records, log: () => {} }).catch(() => {})
    if (isDead) await reconciled.reconcile(tenantId)
    expect({ killedAt, told: await reconciled.told(tenantId) }).toEqual({
      killedAt,
      told: [['many', 'eve', 4, 'open']],
    })
    const states = await records.reconciliations.list(tenantId)
    expect(states.find(({ ruleId }) => ruleId === 'many')?.added).toEqual({ events: 4, alerts: 1 })
  }
  expect(killedAt).toBeGreaterThan(10)
}, 200_000)

it('a pass leaves the alerts that `cordon detect --engine sql` speaks of, however events came, and by whomever they were found', async () => {
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
        const tenantId = await reconciled.freshTenant()
        const texts = facts.map(({ user, minute, change }) => fact(user, minute, change))
        await reconciled.collect(tenantId, texts.slice(0, cut))
        if (isStreamed) await reconciled.stream(tenantId)
        await reconciled.reconcile(tenantId)
        await reconciled.collect(tenantId, texts.slice(cut))
        await reconciled.reconcile(tenantId)
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
        expect(
          new Set((await reconciled.alertsOf(tenantId)).map(({ ruleId, groupKey }) => `${ruleId} ${groupKey}`)),
        ).toEqual(groups)
        for (const rule of CORRELATIONS) {
          const evidence = new Set(
            (await reconciled.stores.records.reconciliations.evidence(tenantId, rule, WHOLE)).map(({ id }) => id),
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

function normalizedId(text: string): string {
  const outcome = normalizerOf('o365.audit').normalize(text)
  if (outcome.outcome !== 'kept') throw new Error(`It was ${outcome.outcome}.`)
  return outcome.event.event.id
}
