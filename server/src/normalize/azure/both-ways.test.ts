import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { EcsEvent } from '#domain/event.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

/** Records of Graph, as recorded cases have them, and the category under which a diagnostic setting sends the same. */
const RECORDS = [
  ['azure.signinlogs', 'interactive-success', 'SignInLogs'],
  ['azure.signinlogs', 'wrong-password-is-a-failure', 'SignInLogs'],
  ['azure.signinlogs', 'non-interactive', 'NonInteractiveUserSignInLogs'],
  ['azure.signinlogs', 'service-principal', 'ServicePrincipalSignInLogs'],
  ['azure.auditlogs', 'role-granted', 'AuditLogs'],
  ['azure.auditlogs', 'failure-with-its-reason', 'AuditLogs'],
  ['azure.identity_protection', 'detection', 'UserRiskEvents'],
  ['azure.identity_protection', 'user-at-risk', 'RiskyUsers'],
] as const

describe.each(RECORDS)('a record of %s (%s), from Graph and through an Event Hub as %s', (dataset, name, category) => {
  const record = recorded(dataset, name)
  const direct = kept(dataset, record)
  const throughHub = kept('azure.event_hub', { time: direct['@timestamp'], category, properties: record })

  it('is the same event, so that a tenant that collects both ways keeps it once', () => {
    expect(throughHub.event.id).toBe(direct.event.id)
    expect(throughHub['@timestamp']).toBe(direct['@timestamp'])
    expect(throughHub.event.dataset).toBe(dataset)
  })

  it('means the same and is found under the same names', () => {
    expect(throughHub.message).toBe(direct.message)
    for (const field of ['user', 'source', 'host', 'user_agent', 'related', 'rule', 'group'] as const) {
      expect(throughHub[field]).toEqual(direct[field])
    }
    const { category: meant, type, outcome, code, action } = direct.event
    expect(throughHub.event).toMatchObject({
      category: meant,
      type,
      ...(outcome && { outcome }),
      ...(code && { code }),
      action,
    })
    const log = Object.keys(direct.azure as object).at(-1)!
    expect(throughHub).toMatchObject({ azure: { [log]: (direct.azure as Record<string, unknown>)[log] } })
  })
})

describe('a record that changes', () => {
  it('is an event of its own for each state, and the same event when its state is read again', () => {
    const record = recorded('azure.identity_protection', 'detection')
    const later = { ...record, riskState: 'remediated', lastUpdatedDateTime: '2026-11-20T08:02:00Z' }
    const sameMoment = { ...record, riskState: 'remediated' }
    const ids = [record, later, sameMoment].map((state) => kept('azure.identity_protection', state).event.id)
    expect(new Set(ids).size).toBe(3)
    expect(kept('azure.identity_protection', structuredClone(record)).event.id).toBe(ids[0])
  })
})

function recorded(dataset: string, name: string): Record<string, unknown> {
  const url = new URL(`./cases/${name}.json`, import.meta.resolve(`#normalize/datasets/${dataset}/normalizer.ts`))
  return (JSON.parse(readFileSync(url, 'utf8')) as { raw: Record<string, unknown> }).raw
}

function kept(dataset: string, record: unknown): EcsEvent {
  const result = normalizeRecord(dataset, JSON.stringify(record))
  if (result.outcome !== 'kept') throw new Error(JSON.stringify(result))
  return result.event
}
