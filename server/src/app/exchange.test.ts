import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { exchangeAccess } from '#connect/testing/emulated-exchange.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import { allOf } from '#domain/mail-filter.ts'
import type { User } from '#domain/user.ts'
import { createInvestigation } from '#investigate/investigation.ts'
import { runInvestigation } from '#investigate/mail/engine.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { createAudit } from './audit.ts'
import { createConnections, type Connections } from './connections.ts'
import { createEvidence } from './evidence.ts'
import type { NewExchangeConnection } from './exchange-connection.ts'
import { createMicrosofts, type Microsofts } from './microsofts.ts'

const Truth = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userPrincipalName: z.string() })),
})

let emulator: Emulator
let records: RecordStore
let microsofts: Microsofts
let connections: Connections
let request: NewExchangeConnection
let truth: z.infer<typeof Truth>

const USER: User = { id: 'u', name: 'ana', role: 'administrator', createdAt: '2026-11-20T00:00:00Z' }
const audit = () => createAudit(records, systemClock)

beforeAll(async () => {
  ;[emulator, records] = await Promise.all([startEmulator(['--no-live']), openTemporaryRecords()])
  microsofts = createMicrosofts(records, [], systemClock)
  connections = createConnections({
    records,
    microsofts,
    clouds: [],
    feeds: [],
    features: [],
    testSoon: async () => {},
    audit: audit(),
    clock: systemClock,
    changed: async () => {},
  })
})
beforeEach(async () => {
  await emulator.request('/reset', {})
  truth = Truth.parse(await emulator.request('/ground-truth/phish'))
  request = {
    name: 'Harbor Finch, on premises',
    directoryId: emulator.tenants[0]!.id,
    ...(await exchangeAccess(emulator)),
    mailboxes: truth.recipients.map(({ userPrincipalName }) => userPrincipalName),
  }
})
afterAll(async () => {
  await microsofts?.close()
  await Promise.all([emulator?.stop(), records?.close()])
})

describe('a connection to an Exchange server on premises', () => {
  it('is tested when it is added, and never shows its password', async () => {
    const connection = await connections.createExchange(USER, request)
    expect(connection).toMatchObject({
      cloud: 'on-premises',
      clientId: request.user,
      credentialKind: 'password',
      exchange: { url: request.url, mailboxes: request.mailboxes },
      feeds: [],
      lastTest: { status: 'ok' },
    })
    expect(JSON.stringify(await connections.list())).not.toContain(request.password)
    await connections.remove(USER, connection.id)
    await expect(connections.read(connection.id)).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
  })

  it('is kept, with what is wrong, where the server refuses it', async () => {
    const connection = await connections.createExchange(USER, { ...request, password: 'Not-The-Password-1' })
    expect(connection.lastTest?.status).toBe('failed')
    expect(connection.lastTest?.verdicts[0]?.detail).toContain('refused the name')
    expect(JSON.stringify(connection)).not.toContain('Not-The-Password-1')
    await connections.remove(USER, connection.id)
  })

  it.each<[string, Partial<NewExchangeConnection>, string]>([
    ['an address without TLS', { url: 'http://mail.contoso.example/EWS/Exchange.asmx' }, 'REQUEST_INVALID'],
    ['an authority that is no certificate', { ca: 'abc' }, 'CONNECT_CERTIFICATE_UNREADABLE'],
    ['a tenant that is no GUID', { directoryId: 'contoso.example' }, 'CONNECT_TENANT_INVALID'],
  ])('is not added with %s', async (_, change, code) => {
    const before = await connections.list()
    await expect(connections.createExchange(USER, { ...request, ...change })).rejects.toMatchObject({ code })
    expect(await connections.list()).toEqual(before)
  })

  it('carries an investigation, evidence, an action and its undo', async () => {
    const { id: connectionId, tenantId } = await connections.createExchange(USER, request)
    const microsoft = await microsofts.open(tenantId, connectionId)
    const { id: investigationId } = await createInvestigation(records, systemClock, {
      tenantId,
      connectionId,
      name: 'Hunt',
      filter: allOf({ 'internet-message-id': truth.internetMessageId }),
      targets: { kind: 'all' },
      method: 'auto',
      duration: { kind: 'once' },
      createdBy: 'ana',
    })
    const common = { records, microsoft, tenantId, clock: systemClock }
    const ended = await runInvestigation({ ...common, id: investigationId })
    expect(ended).toMatchObject({ state: 'done', hits: 23, mailboxesFailed: 0 })

    const plan = {
      records,
      clock: systemClock,
      tenantId,
      investigationId,
      createdBy: 'ana',
      open: async () => microsoft,
      approvalFrom: 999,
    }
    const warning = planActionRun({ ...plan, action: 'warn-message' })
    await expect(warning).rejects.toMatchObject({ code: 'ACTION_NOT_OFFERED' })
    const { id } = (await planActionRun({ ...plan, action: 'soft-delete-message' })).actionRun
    expect(await executeActionRun({ ...common, id })).toMatchObject({ state: 'done', targetsByState: { verified: 23 } })

    // Its id is another one by now.
    const evidence = createEvidence({ records, microsofts, audit: audit(), clock: systemClock })
    const [hit] = await records.investigations.hits(tenantId, investigationId)
    const look = await evidence.look(USER, tenantId, investigationId, { hitId: hit!.id, reason: 'to see it' })
    expect(look.headers.find(({ name }) => name.toLowerCase() === 'subject')?.value).toBe(hit!.subject)

    const reverted = await revertActionRun({ ...common, id })
    expect(reverted).toMatchObject({ state: 'reverted', targetsByState: { reverted: 23 } })
    await connections.remove(USER, connectionId)
  })
})
