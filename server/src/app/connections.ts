import { randomUUID, X509Certificate } from 'node:crypto'

import { z } from 'zod'

import { readCertificate } from '#connect/certificate.ts'
import { type Cloud, findCloud } from '#connect/clouds.ts'
import { type FeatureNeed, testConnection } from '#connect/consent.ts'
import { readEwsUrl } from '#connect/ews/create-ews.ts'
import { testExchange } from '#connect/ews/test-exchange.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import {
  ON_PREMISES,
  type Connection,
  type ConnectionTest,
  type Credential,
  type PasswordCredential,
  type Tenant,
} from '#domain/tenant.ts'
import type { User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { connectionNotFound, type Microsofts } from './microsofts.ts'

/** A connection with its tenant's name, as lists show it. */
export interface NamedConnection extends Connection {
  tenantName: string
}

export interface NewConnection {
  name: string
  cloud: string
  /** Directory (tenant) ID. */
  directoryId: string
  /** Application (client) ID. */
  clientId: string
  credential: Credential
  /** All when absent. */
  feeds?: string[] | undefined
}

export interface NewExchangeConnection {
  name: string
  /** Directory (tenant) ID of the company. */
  directoryId: string
  /** Of Exchange Web Services. */
  url: string
  user: string
  password: string
  /** PEM of the only authority to trust. */
  ca?: string | undefined
  /** Primary SMTP addresses. */
  mailboxes: string[]
}

/** @throws AppError CONNECTION_NOT_FOUND from every method that takes an id. */
export interface Connections {
  /** What a new connection may be made of. */
  choices(): { clouds: { name: string; title: string }[]; feeds: { id: string; title: string }[] }
  /** Of every tenant: administrators and the collectors need all. */
  list(): Promise<NamedConnection[]>
  read(id: string): Promise<NamedConnection>
  /**
   * Adds and tests a connection. One that Microsoft refuses is kept too, with what it said.
   *
   * @throws AppError CONNECT_TENANT_INVALID, CONNECT_CLOUD_UNKNOWN, CONNECT_CERTIFICATE_UNREADABLE, REQUEST_INVALID.
   */
  create(user: User, request: NewConnection): Promise<NamedConnection>
  /**
   * Adds and tests a connection to an Exchange server on premises. One that the server refuses is kept too, with what it said.
   *
   * @throws AppError CONNECT_TENANT_INVALID, CONNECT_CERTIFICATE_UNREADABLE, REQUEST_INVALID for an address that is not https.
   */
  createExchange(user: User, request: NewExchangeConnection): Promise<NamedConnection>
  test(user: User, id: string): Promise<ConnectionTest>
  remove(user: User, id: string): Promise<void>
}

export interface ConnectionParts {
  records: Pick<RecordStore, 'connections' | 'tenants'>
  microsofts: Microsofts
  clouds: readonly Cloud[]
  feeds: readonly { id: string; title: string }[]
  needs: readonly FeatureNeed[]
  audit: Audit
  clock: Clock
  /** Called after connections were added, removed or found to work. */
  changed(): Promise<void>
}

export function createConnections(parts: ConnectionParts): Connections {
  const { records, microsofts, clouds, feeds, needs, audit, clock, changed } = parts

  async function list(): Promise<NamedConnection[]> {
    const tenants = await records.tenants.list()
    const lists = await Promise.all(
      tenants.map(async ({ id, name }) => {
        const connections = await records.connections.list(id)
        return connections.map((connection) => ({ ...connection, tenantName: name }))
      }),
    )
    return lists.flat()
  }

  async function read(id: string): Promise<NamedConnection> {
    const connection = (await list()).find((candidate) => candidate.id === id)
    if (connection) return connection
    throw connectionNotFound(id)
  }

  async function test({ tenantId, id }: Connection): Promise<ConnectionTest> {
    const microsoft = await microsofts.open(tenantId, id)
    const result = microsoft.exchange
      ? await testExchange(microsoft.exchange, clock)
      : await testConnection({ microsoft, needs, clock })
    await records.connections.writeTest(tenantId, id, result)
    if (result.status !== 'failed') await nameTenant(records, microsoft)
    return result
  }

  async function add(user: User, connection: Connection, credential: Credential | PasswordCredential) {
    const { tenantId, id, name, clientId } = connection
    await ensureTenant(records, tenantId)
    await records.connections.create(connection, credential)
    await audit(user.name, 'connection.create', { id, name, clientId }, tenantId)
    await test(connection)
    await changed()
    return read(id)
  }

  return {
    choices: () => ({
      clouds: clouds.map(({ name, title }) => ({ name, title })),
      feeds: feeds.map(({ id, title }) => ({ id, title })),
    }),
    list,
    read,

    create: async (user, request) => add(user, check(request, parts), request.credential),

    async createExchange(user, request) {
      const { password, ca } = request
      const credential = { kind: 'password', password, ...(ca !== undefined && { ca }) } as const
      return add(user, checkExchange(request, clock), credential)
    },

    async test(user, id) {
      const connection = await read(id)
      // A token from before would not carry what was consented since.
      await microsofts.forget(id)
      const result = await test(connection)
      if (result.status !== 'failed') await changed()
      await audit(user.name, 'connection.test', { id, status: result.status }, connection.tenantId)
      return result
    },

    async remove(user, id) {
      const { tenantId, name } = await read(id)
      await records.connections.remove(tenantId, id)
      await audit(user.name, 'connection.remove', { id, name }, tenantId)
      await changed()
      await microsofts.forget(id)
    },
  }
}

function check(request: NewConnection, { clouds, feeds, clock }: ConnectionParts): Connection {
  const tenantId = parseTenantId(request.directoryId)
  if (!tenantId) throw tenantInvalid(request.directoryId)
  const clientId = request.clientId.trim().toLowerCase()
  if (!z.guid().safeParse(clientId).success) throw clientIdInvalid(request.clientId)
  findCloud(request.cloud, clouds)
  if (request.credential.kind === 'certificate') readCertificate(request.credential, clock)
  const known = feeds.map(({ id }) => id)
  const unknown = request.feeds?.filter((feed) => !known.includes(feed)) ?? []
  if (unknown.length > 0) throw feedsUnknown(unknown, known)
  return {
    id: randomUUID(),
    tenantId,
    name: request.name,
    cloud: request.cloud,
    clientId,
    credentialKind: request.credential.kind,
    feeds: request.feeds ?? known,
    settings: {},
    createdAt: isoTime(clock.now()),
  }
}

function checkExchange(request: NewExchangeConnection, clock: Clock): Connection {
  const { name, directoryId, url, user, ca, mailboxes } = request
  const tenantId = parseTenantId(directoryId)
  if (!tenantId) throw tenantInvalid(directoryId)
  const { origin, path } = readEwsUrl(url)
  if (ca !== undefined) readAuthority(ca)
  const addresses = new Map(mailboxes.map((address) => [address.trim().toLowerCase(), address.trim()]))
  return {
    id: randomUUID(),
    tenantId,
    name,
    cloud: ON_PREMISES,
    clientId: user.trim(),
    credentialKind: 'password',
    exchange: { url: `${origin}${path}`, mailboxes: [...addresses.values()] },
    feeds: [],
    settings: {},
    createdAt: isoTime(clock.now()),
  }
}

async function ensureTenant(records: Pick<RecordStore, 'tenants'>, tenantId: TenantId): Promise<Tenant> {
  const tenants = await records.tenants.list()
  // Known already: its name may be the organization's, and must not fall back to the id.
  return tenants.find(({ id }) => id === tenantId) ?? records.tenants.ensure(tenantId, tenantId)
}

const Organizations = z.object({ value: z.array(z.object({ displayName: z.string().min(1) })) })

/** Calls the tenant what its organization is called; keeps the name it has where the application may not read that. */
async function nameTenant(records: Pick<RecordStore, 'tenants'>, microsoft: Microsoft): Promise<void> {
  const { tenantId } = microsoft
  const organization = await microsoft
    .json(
      {
        api: 'graph',
        path: '/v1.0/organization?$select=displayName',
        what: `Could not read the name of the tenant ${tenantId}.`,
      },
      Organizations,
    )
    .catch(() => undefined)
  const name = organization?.value[0]?.displayName
  if (name !== undefined) await records.tenants.ensure(tenantId, name)
}

/** @throws AppError CONNECT_CERTIFICATE_UNREADABLE. */
function readAuthority(ca: string): void {
  try {
    void new X509Certificate(ca)
  } catch (error) {
    throw new AppError({
      code: 'CONNECT_CERTIFICATE_UNREADABLE',
      what: 'The connection was not added.',
      why: 'The authority to trust is no certificate in PEM.',
      fix: 'Export the root certificate of the authority that issued the server’s as Base64 (PEM).',
      cause: error,
    })
  }
}

function tenantInvalid(found: string): AppError {
  return new AppError({
    code: 'CONNECT_TENANT_INVALID',
    what: 'The connection was not added.',
    why: `${JSON.stringify(found)} is not a directory (tenant) ID; that is a GUID, not a domain.`,
    fix: 'Copy “Directory (tenant) ID” from the overview page of the app registration in Entra.',
  })
}

function clientIdInvalid(found: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'The connection was not added.',
    why: `${JSON.stringify(found)} is not an application (client) ID; that is a GUID.`,
    fix: 'Copy “Application (client) ID” from the overview page of the app registration in Entra.',
  })
}

function feedsUnknown(unknown: readonly string[], known: readonly string[]): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'The connection was not added.',
    why: `There is no feed ${unknown.join(', ')}.`,
    fix: `Choose among: ${known.join(', ')}.`,
  })
}
