import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import type { Connection, ConnectionTest } from '#domain/tenant.ts'

import type { Contract } from '#store/testing/record-store-suite.ts'
import { at, freshTenant } from './samples.ts'

const CREDENTIAL = { kind: 'secret', secret: 'a secret' } as const

function connection(change: Partial<Connection>): Connection {
  return {
    id: randomUUID(),
    tenantId: freshTenant(),
    name: 'Fabrikam',
    cloud: 'global',
    clientId: randomUUID(),
    credentialKind: 'secret',
    feeds: ['management-activity.Audit.Exchange', 'management-activity.DLP.All'],
    settings: {},
    createdAt: at(0),
    ...change,
  }
}

export const connectionContract: Contract = (store) => {
  it('makes a tenant once, and renames it only when a name is given', async () => {
    const id = freshTenant()
    const made = await store().tenants.ensure(id, 'Fabrikam')
    expect(await store().tenants.ensure(id, '')).toEqual(made)
    expect(await store().tenants.ensure(id, 'Fabrikam Ltd')).toEqual({ ...made, name: 'Fabrikam Ltd' })
    expect((await store().tenants.list()).filter((tenant) => tenant.id === id)).toHaveLength(1)
  })

  it('gives a connection back as it was written, and its credential apart', async () => {
    const written = connection({})
    await store().connections.create(written, CREDENTIAL)
    expect(await store().connections.read(written.tenantId, written.id)).toEqual(written)
    expect(await store().connections.list(written.tenantId)).toEqual([written])
    expect(await store().connections.readCredential(written.tenantId, written.id)).toEqual(CREDENTIAL)
  })

  it('gives one to an Exchange server on premises back as it was written, with its password apart', async () => {
    const exchange = { url: 'https://mail.fabrikam.example/EWS/Exchange.asmx', mailboxes: ['ana@fabrikam.example'] }
    const written = connection({ cloud: 'on-premises', clientId: 'svc-mail', credentialKind: 'password', exchange })
    const credential = { kind: 'password', password: 'a password', ca: 'PEM' } as const
    await store().connections.create(written, credential)
    expect(await store().connections.read(written.tenantId, written.id)).toEqual(written)
    expect(await store().connections.readCredential(written.tenantId, written.id)).toEqual(credential)
  })

  it('changes what was said about a connection, and its credential where one is given', async () => {
    const written = connection({})
    await store().connections.create(written, CREDENTIAL)
    const pendingCertificate = { pem: 'PEM', thumbprint: 'AB', expiresAt: at(9) }
    const pending = { kind: 'certificate', certificatePem: 'PEM', privateKeyPem: 'KEY' } as const
    const changed = {
      ...written,
      name: 'Renamed',
      feeds: [],
      settings: { organization: 'x.example' },
      pendingCertificate,
    }
    expect(await store().connections.change(changed, { pending })).toBe(true)
    expect(await store().connections.read(written.tenantId, written.id)).toEqual(changed)
    expect(await store().connections.readCredential(written.tenantId, written.id)).toEqual(CREDENTIAL)
    expect(await store().connections.readPending(written.tenantId, written.id)).toEqual(pending)

    const { pendingCertificate: certificate, ...rest } = changed
    const used: Connection = { ...rest, credentialKind: 'certificate', certificate, secretFeeds: ['a'] }
    const credential = { ...pending, feedSecrets: { a: 'b' } }
    await store().connections.change(used, { credential })
    expect(await store().connections.read(written.tenantId, written.id)).toEqual(used)
    expect(await store().connections.readCredential(written.tenantId, written.id)).toEqual(credential)
    expect(await store().connections.readPending(written.tenantId, written.id)).toBeUndefined()
  })

  it('seals nothing anew that is under the current key, and changes no connection of another tenant', async () => {
    const written = connection({})
    await store().connections.create(written, CREDENTIAL)
    expect([await store().connections.countStale(), await store().connections.reseal()]).toEqual([0, 0])
    expect(await store().connections.change({ ...written, tenantId: freshTenant(), name: 'Theirs' })).toBe(false)
    expect(await store().connections.read(written.tenantId, written.id)).toEqual(written)
  })

  it('keeps the newest test of a connection', async () => {
    const written = connection({})
    await store().connections.create(written, CREDENTIAL)
    const test: ConnectionTest = { testedAt: at(1), status: 'failed', verdicts: [] }
    await store().connections.writeTest(written.tenantId, written.id, test)
    expect((await store().connections.read(written.tenantId, written.id))?.lastTest).toEqual(test)
  })

  it('stamps a connection anew when what it is used with changes, and not for its name or a test that found the same', async () => {
    const written = connection({})
    const { tenantId, id } = written
    await store().connections.create(written, CREDENTIAL)
    const stamps = [await store().connections.stamp(tenantId, id)]
    const after = async (work: Promise<unknown>) => {
      await work
      stamps.push(await store().connections.stamp(tenantId, id))
    }
    await after(store().connections.change({ ...written, name: 'Renamed' }))
    await after(store().connections.writeTest(tenantId, id, { testedAt: at(1), status: 'failed', verdicts: [] }))
    expect(new Set(stamps).size).toBe(1)
    await after(store().connections.change(written, { credential: { kind: 'secret', secret: 'another' } }))
    await after(store().connections.change({ ...written, settings: { organization: 'x.example' } }))
    const baseline = { 'Microsoft Graph': ['Mail.Read'] }
    await after(store().connections.writeTest(tenantId, id, { testedAt: at(2), status: 'ok', verdicts: [], baseline }))
    expect(new Set(stamps).size).toBe(4)
    expect(await store().connections.stamp(freshTenant(), id)).toBeUndefined()
  })

  it('shows, tests and removes no connection of another tenant', async () => {
    const mine = connection({})
    const other = freshTenant()
    await store().connections.create(mine, CREDENTIAL)
    await store().connections.writeTest(other, mine.id, { testedAt: at(1), status: 'ok', verdicts: [] })
    await store().connections.remove(other, mine.id)
    expect(await store().connections.list(other)).toEqual([])
    expect(await store().connections.read(other, mine.id)).toBeUndefined()
    expect(await store().connections.readCredential(other, mine.id)).toBeUndefined()
    expect(await store().connections.read(mine.tenantId, mine.id)).toEqual(mine)
  })

  it('forgets a removed connection with its credential', async () => {
    const written = connection({})
    await store().connections.create(written, CREDENTIAL)
    await store().connections.remove(written.tenantId, written.id)
    expect(await store().connections.readCredential(written.tenantId, written.id)).toBeUndefined()
  })
}
