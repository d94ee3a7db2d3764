import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'

import type { Destination } from '#domain/destination.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { Connection } from '#domain/tenant.ts'
import type { RecordStore } from '#store/record-store.ts'
import { everyByte } from '#store/testing/every.ts'

const TENANT = parseTenantId('5b0c7a51-0d6f-4f0e-9a53-3f5f0f8f7a01')!
const MADE_AT = '2026-11-20T00:00:00Z'
type Records = Pick<RecordStore, 'connections' | 'destinations' | 'collectedFiles' | 'tenants'>

/** Fills a store with one of everything that is sealed, `times` over. */
export async function sealSecrets(records: Records, times: number): Promise<void> {
  await records.tenants.ensure(TENANT, 'Fabrikam')
  for (let number = 0; number < times; number++) {
    const connection: Connection = {
      id: randomUUID(),
      tenantId: TENANT,
      name: `Connection ${number}`,
      cloud: 'global',
      clientId: randomUUID(),
      credentialKind: 'secret',
      feeds: [],
      settings: {},
      pendingCertificate: { pem: 'PEM', thumbprint: 'AB', expiresAt: MADE_AT },
      createdAt: MADE_AT,
    }
    await records.connections.create(connection, { kind: 'secret', secret: `secret ${number}` })
    const pending = { kind: 'certificate', certificatePem: 'PEM', privateKeyPem: `key ${number}` } as const
    await records.connections.change(connection, { pending })
    const destination: Destination = {
      tenantId: TENANT,
      id: randomUUID(),
      name: `Destination ${number}`,
      kind: 'webhook',
      options: {},
      hasSecret: true,
      filter: { events: true, datasets: [], query: '', alerts: false },
      isPaused: false,
      createdAt: MADE_AT,
      delivered: 0,
      deadLetters: 0,
    }
    await records.destinations.create(destination, { secret: `token ${number}` })
    const file = {
      tenantId: TENANT,
      id: randomUUID(),
      actionRunId: 'run',
      session: 'session',
      deviceId: 'device',
      deviceName: 'ws-1.corp.example',
      path: '/a',
      collectedAt: MADE_AT,
    }
    await records.collectedFiles.keep(file, Readable.from([Buffer.from(`file ${number}`)]))
  }
}

/** All of them, opened. @throws AppError STORE_KEY_WRONG for one that does not open. */
export async function openSecrets(records: Records): Promise<string[]> {
  const secrets: string[] = []
  for (const { id } of await records.connections.list(TENANT)) {
    const credential = await records.connections.readCredential(TENANT, id)
    if (credential?.kind === 'secret') secrets.push(credential.secret)
    const pending = await records.connections.readPending(TENANT, id)
    if (pending?.kind === 'certificate') secrets.push(pending.privateKeyPem)
  }
  for (const { id } of await records.destinations.list(TENANT)) {
    secrets.push((await records.destinations.readSecret(TENANT, id)) ?? '')
  }
  for (const { id } of await records.collectedFiles.list(TENANT, { limit: 10_000 })) {
    secrets.push((await everyByte(records.collectedFiles.bytes(TENANT, id))).toString())
  }
  return secrets.sort()
}
