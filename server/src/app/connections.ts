import { randomUUID, X509Certificate } from 'node:crypto'

import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import type { Cloud } from '#connect/clouds.ts'
import { readEwsUrl } from '#connect/ews/create-ews.ts'
import { testExchange } from '#connect/ews/test-exchange.ts'
import { makeCertificate, publicCertificate } from '#connect/make-certificate.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import {
  ON_PREMISES,
  type Connection,
  type ConnectionSettings,
  type ConnectionTest,
  type Credential,
  type PasswordCredential,
  type Tenant,
} from '#domain/tenant.ts'
import type { User } from '#domain/user.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import { type ConnectionChoices, choicesOf } from './connection-choices.ts'
import { credentialFaults, defaultFeeds, feedFaults, readIds, readTenantId, refuse } from './connection-request.ts'
import { explainConnection, type TestedBy } from './connection-test.ts'
import { type ConnectionWarning, warningsOf } from './connection-warnings.ts'
import { checkFaults, checkFeeds, type FeedCheck } from './feed-checks.ts'
import { cloudOf, connectionNotFound, type Microsofts } from './microsofts.ts'
import type { Feature } from './permissions.ts'
import { type PermissionPlan, planPermissions, type PlanRequest } from './planner.ts'

/** A connection as lists show it. */
export interface NamedConnection extends Connection {
  tenantName: string
  warnings: ConnectionWarning[]
}

/** A credential that is given, or one that is to be made here. */
export type CredentialRequest = Credential | { kind: 'new-certificate' }

export interface NewConnection {
  name: string
  cloud: string
  /** Directory (tenant) ID. */
  directoryId: string
  /** Application (client) ID. */
  clientId: string
  credential: CredentialRequest
  /** Those of the audit log that the cloud offers when absent. */
  feeds?: string[] | undefined
  settings?: Nullable<ConnectionSettings> | undefined
  /** By feed id. */
  feedSecrets?: Record<string, string> | undefined
  /** Save feeds that Microsoft would refuse, too. */
  unchecked?: boolean | undefined
}

/** What is absent stays. */
export interface ConnectionChange {
  name?: string | undefined
  credential?: CredentialRequest | undefined
  feeds?: string[] | undefined
  /** Null takes a setting away; `feedOptions` goes by feed. */
  settings?: Nullable<ConnectionSettings> | undefined
  /** By feed id; null forgets one. */
  feedSecrets?: Record<string, string | null> | undefined
  unchecked?: boolean | undefined
}

type Nullable<Type> = { [Key in keyof Type]?: Type[Key] | null | undefined }

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

/** A connection as it would be saved. */
interface Draft {
  connection: Connection
  credential: Credential
  feedSecrets: Record<string, string>
}

const NOT_SAVED = 'The connection was not saved.'

export function createConnections(parts: ConnectionParts): Connections {
  const { records, microsofts, clouds, feeds, features, audit, clock, changed, testSoon } = parts

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

  async function add(user: User, connection: Connection, credential: Credential | PasswordCredential) {
    const { tenantId, id, name, clientId } = connection
    await ensureTenant(records, tenantId)
    await records.connections.create(connection, credential)
    await audit(user.name, 'connection.create', { id, name, clientId }, tenantId)
    await test(id, 'person')
    await changed()
    return read(id)
  }

  /** @throws AppError with everything that can be known to be wrong without asking Microsoft. */
  async function draftOf(request: NewConnection): Promise<Draft> {
    const { name, cloud, directoryId, feedSecrets = {} } = request
    const { tenantId, clientId, faults } = readIds(directoryId, request.clientId)
    const credential = await credentialOf(request.credential)
    const settings = settled({}, request.settings)
    const found = clouds.find((candidate) => candidate.name === cloud)
    const secretFeeds = Object.keys(feedSecrets)
    const connection = {
      id: randomUUID(),
      name,
      cloud,
      clientId,
      ...signsInWith(credential),
      feeds: [...new Set(request.feeds ?? (found ? defaultFeeds(found, feeds) : []))],
      ...(secretFeeds.length > 0 && { secretFeeds }),
      settings,
      createdAt: isoTime(clock.now()),
    }
    faults.push(...credentialFaults(credential, clock), ...feedFaults(connection, { clouds, feeds, clock }))
    refuse(NOT_SAVED, faults)
    return {
      connection: { ...connection, tenantId: tenantId! },
      credential: secretFeeds.length > 0 ? { ...credential, feedSecrets } : credential,
      feedSecrets,
    }
  }

  /** A connection after a change, with what is sealed anew. @throws AppError as {@link draftOf}. */
  async function changeOf(
    before: Connection,
    change: ConnectionChange,
  ): Promise<Draft & { isSealedAnew: boolean; pending?: Credential }> {
    const { tenantId, id } = before
    const sealed = await records.connections.readCredential(tenantId, id)
    if (!sealed || sealed.kind === 'password') throw onPremises()
    const { feedSecrets: kept = {}, ...old } = sealed
    const feedSecrets = merged(kept, change.feedSecrets)
    const asked = change.credential && (await credentialOf(change.credential))
    // One that is made here comes into use when Entra knows it; until then the old one goes on.
    const isPending = change.credential?.kind === 'new-certificate'
    const credential = asked && !isPending ? asked : old
    const pending = asked && isPending ? asked : undefined
    const {
      certificate: _certificate,
      pendingCertificate,
      secretFeeds: _secretFeeds,
      credentialKind: _kind,
      ...rest
    } = before
    const secretFeeds = Object.keys(feedSecrets)
    const expired = asked && !isPending ? { secretExpiresAt: null } : {}
    const connection: Connection = {
      ...rest,
      ...(change.name !== undefined && { name: change.name }),
      ...(change.feeds && { feeds: [...new Set(change.feeds)] }),
      ...signsInWith(credential),
      ...(secretFeeds.length > 0 && { secretFeeds }),
      settings: settled(before.settings, { ...expired, ...change.settings }),
    }
    const shown = pending?.kind === 'certificate' ? publicCertificate(pending.certificatePem) : pendingCertificate
    if (shown) connection.pendingCertificate = shown
    refuse(NOT_SAVED, [
      ...(asked ? credentialFaults(asked, clock) : []),
      ...feedFaults(connection, { clouds, feeds, clock }),
    ])
    return {
      connection,
      credential: secretFeeds.length > 0 ? { ...credential, feedSecrets } : credential,
      feedSecrets,
      isSealedAnew: (asked !== undefined && !isPending) || change.feedSecrets !== undefined,
      ...(pending && { pending }),
    }
  }

  async function credentialOf(request: CredentialRequest): Promise<Credential> {
    return request.kind === 'new-certificate' ? makeCertificate(clock) : request
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
      const draft = await draftOf(request)
      // The feeds of the audit log have nothing that could be wrong, and a certificate made here lets nobody in yet.
      const isTried = request.feeds !== undefined && request.credential.kind !== 'new-certificate' && !request.unchecked
      if (isTried) refuse(NOT_SAVED, checkFaults(await tryFeeds(draft, draft.connection.feeds)))
      return add(user, draft.connection, draft.credential)
    },

    async createExchange(user, request) {
      const { password, ca } = request
      const credential = { kind: 'password', password, ...(ca !== undefined && { ca }) } as const
      return add(user, checkExchange(request, clock), credential)
    },

    async change(user, id, change) {
      const { tenantName: _name, warnings: _warnings, ...before } = await read(id)
      const { tenantId } = before
      const draft = await changeOf(before, change)
      if (!change.unchecked)
        refuse(NOT_SAVED, checkFaults(await tryFeeds(draft, touched(before, draft.connection, change))))
      const { connection, credential, isSealedAnew, pending } = draft
      const isThere = await records.connections.change(connection, {
        ...(isSealedAnew && { credential }),
        ...(pending && { pending }),
      })
      if (!isThere) throw connectionNotFound(id)
      const { credential: given, feedSecrets, ...told } = change
      const secretly = {
        ...(given && { credential: given.kind }),
        ...(feedSecrets && { feedSecrets: Object.keys(feedSecrets) }),
      }
      await audit(user.name, 'connection.change', { id, ...told, ...secretly }, tenantId)
      await microsofts.forget(id)
      await test(id, 'person')
      await changed()
      return read(id)
    },

    async check(request) {
      const draft = await draftOf(request)
      return tryFeeds(draft, draft.connection.feeds)
    },

    async checkChange(id, change) {
      const draft = await changeOf(await read(id), change)
      return tryFeeds(draft, draft.connection.feeds)
    },

    async test(user, id) {
      const { tenantId } = await read(id)
      // A token from before would not carry what was consented since.
      await microsofts.forget(id)
      const result = await test(id, 'person')
      if (result.status !== 'failed') await changed()
      await audit(user.name, 'connection.test', { id, status: result.status }, tenantId)
      return result
    },

    async retest(id, by, after) {
      const before = (await list()).find((connection) => connection.id === id)
      if (!before || (after !== undefined && before.lastTest?.testedAt !== after)) return undefined
      const result = await test(id, by)
      if (result.status !== before.lastTest?.status) await changed()
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

function signsInWith(credential: Credential): Pick<Connection, 'credentialKind' | 'certificate'> {
  if (credential.kind === 'secret') return { credentialKind: 'secret' }
  return { credentialKind: 'certificate', ...publicPart(credential.certificatePem) }
}

/** Nothing where it cannot be read: that is said elsewhere. */
function publicPart(pem: string): Pick<Connection, 'certificate'> {
  try {
    return { certificate: publicCertificate(pem) }
  } catch {
    return {}
  }
}

/** Settings after a change: what is null or empty is gone. */
function settled(before: ConnectionSettings, change: Nullable<ConnectionSettings> = {}): ConnectionSettings {
  const { feedOptions: kept = {}, ...others } = before
  const { feedOptions, ...rest } = change
  const options = feedOptions === null ? {} : merged(kept, feedOptions)
  return {
    ...merged(others, rest),
    ...(Object.keys(options).length > 0 && { feedOptions: options }),
  }
}

/** `before` with what `change` says; without what it says is null, and without what is undefined. */
function merged<Type extends object>(before: Type, change: Nullable<Type> = {}): Type {
  const entries = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as Type
}

/** The feeds that a change may break: new ones, those whose settings or secret change, and all when something shared does. */
function touched(before: Connection, after: Connection, { feedSecrets, settings }: ConnectionChange): string[] {
  const shared = ['organization', 'cloudAppsUrl', 'subscriptionIds'] as const
  if (shared.some((name) => settings?.[name] !== undefined)) return after.feeds
  const changed = new Set([...Object.keys(settings?.feedOptions ?? {}), ...Object.keys(feedSecrets ?? {})])
  return after.feeds.filter((id) => !before.feeds.includes(id) || changed.has(id))
}

function checkExchange(request: NewExchangeConnection, clock: Clock): Connection {
  const { name, directoryId, url, user, ca, mailboxes } = request
  const tenantId = readTenantId(directoryId)
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

function onPremises(): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: NOT_SAVED,
    why: 'It is a connection to an Exchange server on premises, which is not changed.',
    fix: 'Remove it and add it anew; investigations keep what they found.',
  })
}
