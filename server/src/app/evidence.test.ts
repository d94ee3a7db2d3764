import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { CLOUDS } from '#connect/clouds.ts'
import { systemClock } from '#domain/clock.ts'
import type { Connection } from '#domain/tenant.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'
import { freshTenant, hit, investigation as sample, mailbox } from '#store/testing/record-store/samples.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { createAudit } from './audit.ts'
import { createEvidence, type Evidence } from './evidence.ts'
import { createMicrosofts } from './microsofts.ts'

/** An investigation with more hits than an archive holds, and more than fit on one page of the store. */
const HITS = 10_001

const user: User = { id: 'ana', name: 'ana', role: 'responder', createdAt: '2026-01-01T00:00:00Z' }

let records: RecordStore
let evidence: Evidence
let investigation: Investigation

beforeAll(async () => {
  records = await openTemporaryRecords()
  const tenantId = freshTenant()
  await records.tenants.ensure(tenantId, 'Fabrikam')
  investigation = sample(tenantId)
  await records.investigations.create(investigation)
  const hits = Array.from({ length: HITS }, (_, number) => hit(`${investigation.id} ${number}`))
  await records.investigations.commitMailbox(
    tenantId,
    investigation.id,
    mailbox(1, { state: 'searched', hits: HITS }),
    hits,
  )
  const audit = createAudit(records, systemClock)
  evidence = createEvidence({
    records,
    microsofts: createMicrosofts(records, CLOUDS, systemClock),
    audit,
    clock: systemClock,
  })
}, 60_000)
afterAll(() => records?.close())

it('an archive of more than 5,000 messages is refused with their number and what to do, and nothing is read', async () => {
  const { tenantId, id } = investigation
  await expect(evidence.archive(user, tenantId, id, { reason: 'Case 7' })).rejects.toMatchObject({
    code: 'EVIDENCE_TOO_LARGE',
    why: expect.stringContaining('10001'),
    fix: expect.stringContaining('--hit'),
  })
  expect(await records.audit.list(tenantId, 10)).toEqual([])
})

it('a table holds every hit once, however many pages it takes', async () => {
  const { tenantId, id } = investigation
  const { bytes } = await evidence.csv(user, tenantId, id, 'hits')
  const lines = (await text(bytes)).trimEnd().split('\r\n')
  expect(new Set(lines).size).toBe(HITS + 1)
  expect(lines).toHaveLength(HITS + 1)
  expect(await records.audit.list(tenantId, 1)).toMatchObject([{ actor: 'ana', action: 'evidence.export' }])
})

it('no message is read outside the authorized domains of the connection or through one for something else, and none is noted as read', async () => {
  const { tenantId, id, connectionId } = investigation
  const connection: Connection = {
    id: connectionId,
    tenantId,
    name: 'Fabrikam',
    cloud: 'worldwide',
    clientId: randomUUID(),
    credentialKind: 'secret',
    feeds: [],
    settings: { authorizedDomains: ['elsewhere.example'] },
    createdAt: '2026-11-20T00:00:00Z',
  }
  await records.connections.create(connection, { kind: 'secret', secret: 'none' })
  const [first] = await records.investigations.hits(tenantId, id, { limit: 1, offset: 0 })
  await expect(evidence.look(user, tenantId, id, { hitId: first!.id, reason: 'Case 7' })).rejects.toMatchObject({
    code: 'CONNECT_MAILBOX_UNAUTHORIZED',
    why: expect.stringContaining('elsewhere.example'),
    fix: expect.stringContaining('--domain'),
  })
  expect((await records.audit.list(tenantId, 10)).map(({ action }) => action)).not.toContain('message.look')

  await records.connections.change({ ...connection, settings: { uses: ['collect'] } })
  await expect(evidence.look(user, tenantId, id, { hitId: first!.id, reason: 'Case 7' })).rejects.toMatchObject({
    code: 'CONNECTION_USE_WRONG',
    why: '“Fabrikam” is not for searching mailboxes.',
  })
  expect((await records.audit.list(tenantId, 10)).map(({ action }) => action)).not.toContain('message.look')
})
