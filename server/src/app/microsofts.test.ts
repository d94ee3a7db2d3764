import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { Connection } from '#domain/tenant.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { createMicrosofts, type Microsofts } from './microsofts.ts'

let emulator: Emulator
let records: RecordStore
let later = 0
const clock = { now: () => systemClock.now() + later }
/** As two processes of one installation have them. */
let here: Microsofts
let there: Microsofts

beforeAll(async () => {
  ;[emulator, records] = await Promise.all([startEmulator(['--no-live']), openTemporaryRecords()])
  ;[here, there] = [1, 2].map(() => createMicrosofts(records, [emulator.cloud], clock)) as [Microsofts, Microsofts]
})
afterAll(async () => {
  await Promise.all([here?.close(), there?.close()])
  await Promise.all([emulator?.stop(), records?.close()])
})

async function connect(secret: string): Promise<Connection> {
  const [tenant] = emulator.tenants
  const connection: Connection = {
    id: randomUUID(),
    tenantId: tenant!.id,
    name: 'Harbor Finch',
    cloud: 'emulated',
    clientId: tenant!.applications[0]!.clientId,
    credentialKind: 'secret',
    feeds: [],
    settings: {},
    createdAt: '2026-11-20T00:00:00Z',
  }
  await records.tenants.ensure(connection.tenantId, tenant!.name)
  await records.connections.create(connection, { kind: 'secret', secret })
  return connection
}

it('signs in with a credential that another process changed, within seconds', async () => {
  const connection = await connect('long-gone')
  const { tenantId, id } = connection
  const before = await there.open(tenantId, id)
  await expect(before.grantedRoles('graph')).rejects.toThrow('AADSTS7000215')
  const secret = emulator.tenants[0]!.applications[0]!.secret!
  await records.connections.change(connection, { credential: { kind: 'secret', secret } })
  later += 3000
  const [after, again] = await Promise.all([there.open(tenantId, id), there.open(tenantId, id)])
  expect(after).not.toBe(before)
  expect(again).toBe(after)
  expect(await after.grantedRoles('graph')).toContain('User.Read.All')
})

it('leaves what is under way through the door of before alone, and keeps a door of which nothing changed', async () => {
  const connection = await connect(emulator.tenants[0]!.applications[0]!.secret!)
  const { tenantId, id } = connection
  const before = await there.open(tenantId, id)
  later += 3000
  expect(await there.open(tenantId, id)).toBe(before)
  await records.connections.change({ ...connection, settings: { organization: 'harborfinch.example' } })
  later += 3000
  expect(await there.open(tenantId, id)).not.toBe(before)
  expect(await before.grantedRoles('graph')).toContain('User.Read.All')
})

it('knows that another process removed a connection', async () => {
  const { tenantId, id } = await connect('any')
  await Promise.all([here.open(tenantId, id), there.open(tenantId, id)])
  await records.connections.remove(tenantId, id)
  later += 3000
  await expect(here.open(tenantId, id)).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
  await expect(there.open(tenantId, id)).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
})
