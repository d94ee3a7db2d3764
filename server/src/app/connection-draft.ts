import { randomUUID } from 'node:crypto'

import { makeCertificate, publicCertificate } from '#connect/make-certificate.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { Connection, ConnectionSettings, Credential, PasswordCredential } from '#domain/tenant.ts'

import { credentialFaults, defaultFeeds, feedFaults, readIds, refuse, type Surroundings } from './connection-request.ts'
import { isFor } from './connection-uses.ts'

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

/** A connection as it would be saved. */
export interface Draft {
  connection: Connection
  credential: Credential
  feedSecrets: Record<string, string>
}

/** A connection as it would be after a change. */
export interface ChangedDraft extends Draft {
  /** Whether its credential is to be sealed anew. */
  isSealedAnew: boolean
  /** A certificate that was made here and is not in use yet. */
  pending?: Credential
}

export const NOT_SAVED = 'The connection was not saved.'

/** A new connection as it would be saved. @throws AppError with everything that can be known to be wrong without asking Microsoft. */
export async function draftOf(request: NewConnection, surroundings: Surroundings): Promise<Draft> {
  const { clouds, feeds, clock } = surroundings
  const { name, cloud, directoryId, feedSecrets = {} } = request
  const { tenantId, clientId, faults } = readIds(directoryId, request.clientId)
  const credential = await credentialOf(request.credential, clock)
  const settings = settled({}, request.settings)
  const found = clouds.find((candidate) => candidate.name === cloud)
  const secretFeeds = Object.keys(feedSecrets)
  const connection = {
    id: randomUUID(),
    name,
    cloud,
    clientId,
    ...signsInWith(credential),
    feeds: [...new Set(request.feeds ?? (found && isFor({ settings }, 'collect') ? defaultFeeds(found, feeds) : []))],
    ...(secretFeeds.length > 0 && { secretFeeds }),
    settings,
    createdAt: isoTime(clock.now()),
  }
  faults.push(...credentialFaults(credential, clock), ...feedFaults(connection, surroundings))
  refuse(NOT_SAVED, faults)
  return {
    connection: { ...connection, tenantId: tenantId! },
    credential: secretFeeds.length > 0 ? { ...credential, feedSecrets } : credential,
    feedSecrets,
  }
}

/** A connection after a change, with what is sealed anew; `sealed` is the credential it has. @throws AppError as {@link draftOf}. */
export async function changeOf(
  before: Connection,
  sealed: Credential | PasswordCredential | undefined,
  change: ConnectionChange,
  surroundings: Surroundings,
): Promise<ChangedDraft> {
  const { clock } = surroundings
  if (!sealed || sealed.kind === 'password') throw onPremises()
  const { feedSecrets: kept = {}, ...old } = sealed
  const feedSecrets = merged(kept, change.feedSecrets)
  const asked = change.credential && (await credentialOf(change.credential, clock))
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
  refuse(NOT_SAVED, [...(asked ? credentialFaults(asked, clock) : []), ...feedFaults(connection, surroundings)])
  return {
    connection,
    credential: secretFeeds.length > 0 ? { ...credential, feedSecrets } : credential,
    feedSecrets,
    isSealedAnew: (asked !== undefined && !isPending) || change.feedSecrets !== undefined,
    ...(pending && { pending }),
  }
}

async function credentialOf(request: CredentialRequest, clock: Clock): Promise<Credential> {
  return request.kind === 'new-certificate' ? makeCertificate(clock) : request
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
export function touched(before: Connection, after: Connection, { feedSecrets, settings }: ConnectionChange): string[] {
  const shared = ['organization', 'cloudAppsUrl', 'subscriptionIds'] as const
  if (shared.some((name) => settings?.[name] !== undefined)) return after.feeds
  const changed = new Set([...Object.keys(settings?.feedOptions ?? {}), ...Object.keys(feedSecrets ?? {})])
  return after.feeds.filter((id) => !before.feeds.includes(id) || changed.has(id))
}

function onPremises(): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: NOT_SAVED,
    why: 'It is a connection to an Exchange server on premises, which is not changed.',
    fix: 'Remove it and add it anew; investigations keep what they found.',
  })
}
