import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { readConfig } from '#app/config.ts'
import { openStores } from '#app/stores.ts'
import { parseTenantId } from '#domain/ids.ts'
import { startCordon } from '#http/testing/start-cordon.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

/** Rejected passwords of many users: comes with Cordon, and is on. */
const MANY = '12efdb9d-a052-452c-a12f-e52117cc5043'

test('what holding a correlation against history came to is told of the rule and to Prometheus', async () => {
  await using end = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'cordon-reconciled-'))
  end.defer(() => rm(folder, { recursive: true, force: true }))
  await copyTemplate(join(folder, 'records'))
  const tenantId = parseTenantId(crypto.randomUUID())!
  const fault = { code: 'RULE_HISTORY_SHORT', what: 'It was not held.', why: 'Too short.', fix: 'Keep more.' }
  const until = '2026-11-20T08:00:00.000Z'
  {
    await using opened = new AsyncDisposableStack()
    const { records } = await openStores(readConfig({ CORDON_DATA: folder }), opened)
    await records.tenants.ensure(tenantId, 'Reconciled')
    await records.reconciliations.write({ tenantId, ruleId: MANY, until, waiting: [{ from: 0, until: 1 }], fault })
    const detection = {
      ruleId: MANY,
      ruleTitle: 'Many',
      severity: 'high' as const,
      attack: [],
      groupKey: 'eve',
      eventTime: until,
      sentence: 'Eve did much.',
    }
    const added = [1, 2].map((n) => ({ ...detection, eventId: `added ${n}` }))
    await records.alerts.record(tenantId, [{ ...detection, eventId: 'streamed' }], until)
    await records.alerts.record(tenantId, added, until, true)
    await records.reconciliations.mark(tenantId, MANY, { confirmed: [], unconfirmed: ['streamed'] })
  }
  const cordon = await startCordon({ folder })
  end.defer(() => cordon.stop())
  const { body } = await cordon.call('GET', `/tenants/${tenantId}/rules/${MANY}`)
  expect(body['reconciliation']).toEqual({
    until,
    isWaiting: true,
    added: { events: 2, alerts: 1 },
    unconfirmed: { events: 1, alerts: 1 },
    fault,
  })
  const { text } = await cordon.call('GET', '/metrics')
  const labels = `{tenant="${tenantId}",rule="${MANY}"}`
  expect(text).toContain(`cordon_reconciliation_added${labels} 2\n`)
  expect(text).toContain(`cordon_reconciliation_unconfirmed${labels} 1\n`)
  expect(text).toContain(`cordon_reconciliation_failing${labels} 1\n`)
  expect(text).toMatch(/^cordon_reconciliation_lag_seconds\{.*\} \d/m)
})
