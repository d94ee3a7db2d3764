import type { AuditEntry, AuditVerification } from '@cordon/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'
import { ADMINISTRATOR, type Cordon, startCordon } from '#http/testing/start-cordon.ts'

const HERE = parseTenantId('11111111-1111-4111-8111-111111111111')!
const ELSEWHERE = parseTenantId('22222222-2222-4222-8222-222222222222')!

let cordon: Cordon
beforeAll(async () => {
  cordon = await startCordon()
  for (const tenant of [HERE, ELSEWHERE]) {
    await cordon.app.tenants.ensure(tenant, tenant)
    await cordon.call('PATCH', `/tenants/${tenant}/retention`, { body: { days: 400 } })
    await cordon.call('PATCH', `/tenants/${tenant}/retention`, { body: { days: 90 } })
  }
})
afterAll(() => cordon.stop())

const list = async (path: string) => (await cordon.call('GET', path)).body['entries'] as AuditEntry[]

describe('the audit log', () => {
  it('says who, from where, and what was there before', async () => {
    const [entry] = await list(`/tenants/${HERE}/audit?action=retention`)
    expect(entry).toMatchObject({
      actor: 'admin',
      tenantId: HERE,
      action: 'retention.set',
      detail: { dataset: null, days: 90, before: 400 },
      origin: { via: 'api', address: '127.0.0.1', token: 'test administrator' },
    })
  })

  it('tells the console and the command line from other programs', async () => {
    const tells = async (headers: Record<string, string>) => {
      await cordon.call('POST', '/session', { token: null, body: ADMINISTRATOR, headers })
      return (await list('/audit?action=session'))[0]?.origin?.via
    }
    expect(await tells({ 'sec-fetch-site': 'same-origin' })).toBe('console')
    expect(await tells({ 'user-agent': 'cordon-cli/1.0' })).toBe('cli')
  })

  it('shows through a tenant what was done to that tenant, and nothing else', async () => {
    const here = await list(`/tenants/${HERE}/audit`)
    expect(new Set(here.map(({ tenantId }) => tenantId))).toEqual(new Set([HERE]))
    expect((await list('/audit?limit=1000')).length).toBeGreaterThan(2 * here.length)
    const { text } = await cordon.call('GET', `/tenants/${HERE}/audit/export`)
    expect(text).toContain(HERE)
    expect(text).not.toContain(ELSEWHERE)
  })

  it('is paged by sequence', async () => {
    const all = await list('/audit?limit=1000')
    const pages = [...(await list('/audit?limit=2')), ...(await list(`/audit?limit=1000&before=${all[1]!.sequence}`))]
    expect(pages).toEqual(all)
  })

  it('is whole', async () => {
    const { body } = await cordon.call('GET', '/audit/verification')
    const { entries, head, seal } = body as AuditVerification
    expect([entries, seal, body['broken']]).toEqual([head.sequence, 'whole', undefined])
  })
})
