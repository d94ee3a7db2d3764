import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import type { Cloud } from '#connect/clouds.ts'
import { testExchange } from '#connect/ews/test-exchange.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import type { Clock } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Connection, ConnectionTest, Credential, PasswordCredential, Tenant } from '#domain/tenant.ts'
import type { User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type Audit, differenceOf } from './audit.ts'
import { type ConnectionChoices, choicesOf } from './connection-choices.ts'
import {
  changeOf,
  type ConnectionChange,
  type Draft,
  draftOf,
  type NewConnection,
  NOT_SAVED,
  touched,
} from './connection-draft.ts'
import { refuse } from './connection-request.ts'
import { explainConnection, type TestedBy } from './connection-test.ts'
import { type ConnectionWarning, warningsOf } from './connection-warnings.ts'
import { exchangeConnection, type NewExchangeConnection } from './exchange-connection.ts'
import { checkFaults, checkFeeds, type FeedCheck } from './feed-checks.ts'
import { cloudOf, connectionNotFound, type Microsofts } from './microsofts.ts'
import type { Feature } from './permissions.ts'
import { type PermissionPlan, planPermissions, type PlanRequest } from './planner.ts'

/** A connection as lists show it. */
export interface NamedConnection extends Connection {
  tenantName: string
  warnings: ConnectionWarning[]
}

/** @throws AppError CONNECTION_NOT_FOUND from every method that takes an id. */
export interface Connections {
  /** What a new connection may be made of. */
  choices(): ConnectionChoices
  /** What an administrator has to grant for what is wanted. @throws AppError REQUEST_INVALID, CONNECT_CLOUD_UNKNOWN. */
  plan(request: PlanRequest): PermissionPlan
  /** Of every tenant: administrators and the collectors need all. */
  list(): Promise<NamedConnection[]>
  read(id: string): Promise<NamedConnection>
  /**
   * Adds and tests a connection. One that Microsoft does not let in is kept too, with what it said; one whose feeds cannot work as
   * they are set up is not.
   *
   * @throws AppError CONNECT_TENANT_INVALID, CONNECT_CLOUD_UNKNOWN, CONNECT_CERTIFICATE_UNREADABLE, CONNECT_ADDRESS_REFUSED,
   *   FEED_OPTIONS_INVALID, FEED_CHECK_FAILED, REQUEST_INVALID: with every problem.
   */
  create(user: User, request: NewConnection): Promise<NamedConnection>
  /**
   * Adds and tests a connection to an Exchange server on premises. One that the server refuses is kept too, with what it said.
   *
   * @throws AppError CONNECT_TENANT_INVALID, CONNECT_CERTIFICATE_UNREADABLE, REQUEST_INVALID for an address that is not https.
   */
  createExchange(user: User, request: NewExchangeConnection): Promise<NamedConnection>
  /** Changes a connection and tests it. @throws AppError as `create`. */
  change(user: User, id: string, change: ConnectionChange): Promise<NamedConnection>
  /** Tries the feeds of a connection that is not there yet, and keeps nothing. @throws AppError as `create`, but for FEED_CHECK_FAILED. */
  check(request: NewConnection): Promise<FeedCheck[]>
  /** Tries the feeds of a connection as they would be after a change, and keeps nothing. @throws AppError as `check`. */
  checkChange(id: string, change: ConnectionChange): Promise<FeedCheck[]>
  test(user: User, id: string): Promise<ConnectionTest>
  /**
   * A test that no person asked for; undefined where the connection is gone, or where its newest test is not the one of the
   * moment `after`.
   */
  retest(id: string, by: Exclude<TestedBy, 'person'>, after?: string): Promise<ConnectionTest | undefined>
  remove(user: User, id: string): Promise<void>
}

export interface ConnectionParts {
  records: Pick<RecordStore, 'connections' | 'tenants'>
  microsofts: Microsofts
  clouds: readonly Cloud[]
  feeds: readonly Feed[]
  features: readonly Feature[]
  audit: Audit
  clock: Clock
  /** Called after connections were added, changed, removed or found to work. */
  changed(): Promise<void>
  /** Has a connection tested again a minute after the test of that moment, whatever becomes of this process. */
  testSoon(id: string, testedAt: string): Promise<void>
}

export function createConnections(parts: ConnectionParts): Connections {
  const { records, microsofts, clouds, feeds, features, audit, clock, changed, testSoon } = parts
  /** The newest work on each connection, ended or not. */
  const working = new Map<string, Promise<unknown>>()

  /** After whatever is under way for the connection: two tests at once would close each other's door to Microsoft. */
  function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (working.get(id) ?? Promise.resolve()).then(work)
    const ended = turn
      .catch(() => undefined)
      .then(() => {
        if (working.get(id) === ended) working.delete(id)
      })
    working.set(id, ended)
    return turn
  }

  async function list(): Promise<NamedConnection[]> {
    const tenants = await records.tenants.list()
    const lists = await Promise.all(
      tenants.map(async ({ id, name }) => {
        const connections = await records.connections.list(id)
        return connections.map((connection) => ({
          ...connection,
          tenantName: name,
          warnings: warningsOf(connection, clock),
        }))
      }),
    )
    return lists.flat()
  }

  async function read(id: string): Promise<NamedConnection> {
    const connection = (await list()).find((candidate) => candidate.id === id)
    if (connection) return connection
    throw connectionNotFound(id)
  }

  async function test(id: string, by: TestedBy): Promise<ConnectionTest> {
    await takePending(await read(id))
    const connection = await read(id)
    const { tenantId } = connection
    const microsoft = await microsofts.open(tenantId, id)
    const result = microsoft.exchange
      ? await testExchange(microsoft.exchange, clock)
      : await explainConnection({
          connection,
          microsoft,
          cloud: cloudOf(connection.cloud, connection.settings, clouds),
          feeds: feeds.filter((feed) => connection.feeds.includes(feed.id)),
          feedSecrets: await secretsOf(connection),
          features,
          clock,
          by,
        })
    await records.connections.writeTest(tenantId, id, result)
    if (result.status !== 'failed') await nameTenant(records, microsoft)
    if (result.waitsUntil !== undefined) await testSoon(id, result.testedAt)
    return result
  }

  /** Signs in with the certificate that was made here, once Entra knows it, and with nothing else from then on. */
  async function takePending(connection: Connection): Promise<void> {
    const { tenantId, id, pendingCertificate } = connection
    const pending = pendingCertificate && (await records.connections.readPending(tenantId, id))
    if (!pending) return
    const door = microsofts.draft(connection, pending)
    const isAccepted = await door.grantedRoles('graph').then(
      () => true,
      () => false,
    )
    await door.close()
    if (!isAccepted) return
    const { pendingCertificate: certificate, ...rest } = connection
    const { secretExpiresAt: _gone, ...settings } = connection.settings
    const used: Connection = { ...rest, settings, credentialKind: 'certificate', certificate: certificate! }
    const credential = { ...pending, feedSecrets: await secretsOf(connection) }
    await records.connections.change(used, { credential })
    await audit('Cordon', 'connection.certificate', { id, thumbprint: certificate!.thumbprint }, tenantId)
    await microsofts.forget(id)
  }

  async function secretsOf({ tenantId, id, secretFeeds = [] }: Connection): Promise<Record<string, string>> {
    if (secretFeeds.length === 0) return {}
    const credential = await records.connections.readCredential(tenantId, id)
    return (credential && credential.kind !== 'password' && credential.feedSecrets) || {}
  }

  const sealedOf = ({ tenantId, id }: Connection) => records.connections.readCredential(tenantId, id)

  async function add(user: User, connection: Connection, credential: Credential | PasswordCredential) {
    const { tenantId, id, name, clientId } = connection
    await ensureTenant(records, tenantId)
    await records.connections.create(connection, credential)
    await audit(user.name, 'connection.create', { id, name, clientId }, tenantId)
    await inTurn(id, () => test(id, 'person'))
    await changed()
    return read(id)
  }

  /** Tries `ids` of a draft through a door of its own. */
  async function tryFeeds(
    { connection, credential, feedSecrets }: Draft,
    ids: readonly string[],
  ): Promise<FeedCheck[]> {
    const chosen = feeds.filter(({ id }) => ids.includes(id))
    if (chosen.length === 0) return []
    const microsoft = microsofts.draft(connection, credential)
    try {
      return await checkFeeds(chosen, { microsoft, clock, settings: connection.settings, feedSecrets })
    } finally {
      await microsoft.close()
    }
  }

  return {
    choices: () => choicesOf(clouds, feeds, features),
    plan: (request) => planPermissions(request, clouds),
    list,
    read,

    async create(user, request) {
      const draft = await draftOf(request, parts)
      // The feeds of the audit log have nothing that could be wrong, and a certificate made here lets nobody in yet.
      const isTried = request.feeds !== undefined && request.credential.kind !== 'new-certificate' && !request.unchecked
      if (isTried) refuse(NOT_SAVED, checkFaults(await tryFeeds(draft, draft.connection.feeds)))
      return add(user, draft.connection, draft.credential)
    },

    async createExchange(user, request) {
      const { password, ca } = request
      const credential = { kind: 'password', password, ...(ca !== undefined && { ca }) } as const
      return add(user, exchangeConnection(request, clock), credential)
    },

    change: (user, id, change) =>
      inTurn(id, async () => {
        const { tenantName: _name, warnings: _warnings, ...before } = await read(id)
        const { tenantId } = before
        const draft = await changeOf(before, await sealedOf(before), change, parts)
        if (!change.unchecked)
          refuse(NOT_SAVED, checkFaults(await tryFeeds(draft, touched(before, draft.connection, change))))
        const { connection, credential, isSealedAnew, pending } = draft
        const isThere = await records.connections.change(connection, {
          ...(isSealedAnew && { credential }),
          ...(pending && { pending }),
        })
        if (!isThere) throw connectionNotFound(id)
        const { credential: given, feedSecrets, unchecked } = change
        const detail = {
          ...differenceOf(before, connection, ['name', 'feeds', 'settings']),
          ...(given && { credential: given.kind }),
          ...(feedSecrets && { feedSecrets: Object.keys(feedSecrets) }),
          ...(unchecked && { unchecked }),
        }
        await audit(user.name, 'connection.change', { id, ...detail }, tenantId)
        await microsofts.forget(id)
        await test(id, 'person')
        await changed()
        return read(id)
      }),

    async check(request) {
      const draft = await draftOf(request, parts)
      return tryFeeds(draft, draft.connection.feeds)
    },

    async checkChange(id, change) {
      const connection = await read(id)
      const draft = await changeOf(connection, await sealedOf(connection), change, parts)
      return tryFeeds(draft, draft.connection.feeds)
    },

    test: (user, id) =>
      inTurn(id, async () => {
        const { tenantId } = await read(id)
        // A token from before would not carry what was consented since.
        await microsofts.forget(id)
        const result = await test(id, 'person')
        if (result.status !== 'failed') await changed()
        await audit(user.name, 'connection.test', { id, status: result.status }, tenantId)
        return result
      }),

    retest: (id, by, after) =>
      inTurn(id, async () => {
        const before = (await list()).find((connection) => connection.id === id)
        if (!before || (after !== undefined && before.lastTest?.testedAt !== after)) return undefined
        const result = await test(id, by)
        if (result.status !== before.lastTest?.status) await changed()
        return result
      }),

    remove: (user, id) =>
      inTurn(id, async () => {
        const { tenantId, name } = await read(id)
        await records.connections.remove(tenantId, id)
        await audit(user.name, 'connection.remove', { id, name }, tenantId)
        await changed()
        await microsofts.forget(id)
      }),
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
