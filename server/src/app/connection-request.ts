import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { parseOptions } from '#collect/feed-settings.ts'
import { readCertificate } from '#connect/certificate.ts'
import { type Cloud, findCloud } from '#connect/clouds.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, type ErrorCode, toAppError } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'
import type { Connection, ConnectionSettings, Credential } from '#domain/tenant.ts'

import { isDefault } from './connection-choices.ts'
import { isFor } from './connection-uses.ts'
import { cloudOf } from './microsofts.ts'
import { whyNotOffered } from './permissions.ts'

/** A fault of what was handed in, and the place of it: `settings.feedOptions.graph.alerts`. */
export interface Fault {
  path: string
  error: AppError
}

export interface Surroundings {
  clouds: readonly Cloud[]
  feeds: readonly Feed[]
  clock: Clock
}

/** The feeds that a connection collects where none are named. */
export function defaultFeeds(cloud: Cloud, feeds: readonly Feed[]): string[] {
  return feeds.filter((feed) => isDefault(feed) && whyNotOffered(feed, cloud) === undefined).map(({ id }) => id)
}

/** The IDs of tenant and application, with what is wrong with them. */
export function readIds(
  directoryId: string,
  clientId: string,
): { tenantId?: TenantId; clientId: string; faults: Fault[] } {
  const tenantId = parseTenantId(directoryId)
  const client = clientId.trim().toLowerCase()
  const faults: Fault[] = []
  if (!tenantId) faults.push({ path: 'directoryId', error: tenantInvalid(directoryId) })
  if (!z.guid().safeParse(client).success) faults.push({ path: 'clientId', error: clientIdInvalid(clientId) })
  return { ...(tenantId && { tenantId }), clientId: client, faults }
}

/** @throws AppError CONNECT_TENANT_INVALID. */
export function readTenantId(directoryId: string): TenantId {
  const tenantId = parseTenantId(directoryId)
  if (tenantId) return tenantId
  throw tenantInvalid(directoryId)
}

/** What is wrong with a credential before it is shown to Entra. */
export function credentialFaults(credential: Credential, clock: Clock): Fault[] {
  return credential.kind === 'certificate' ? faultsOf('credential', () => readCertificate(credential, clock)) : []
}

/** What is wrong with the feeds of a connection, their settings and their secrets: all of it, without asking Microsoft. */
export function feedFaults(
  {
    cloud: cloudName,
    feeds: chosen,
    settings,
    secretFeeds = [],
  }: Pick<Connection, 'cloud' | 'feeds' | 'settings' | 'secretFeeds'>,
  { clouds, feeds }: Surroundings,
): Fault[] {
  const cloudFaults = faultsOf('cloud', () => findCloud(cloudName, clouds))
  if (cloudFaults.length > 0) return cloudFaults
  const cloud = findCloud(cloudName, clouds)
  const known = new Map(feeds.map((feed) => [feed.id, feed]))
  const unknown = (ids: readonly string[]) => ids.filter((id) => !known.has(id))
  const all = [...known.keys()]
  const faults: Fault[] =
    settings.cloudAppsUrl === undefined
      ? []
      : faultsOf('settings.cloudAppsUrl', () => cloudOf(cloudName, settings, clouds))
  for (const [path, ids] of [
    ['feeds', chosen],
    ['settings.feedOptions', Object.keys(settings.feedOptions ?? {})],
    ['feedSecrets', secretFeeds],
  ] as const) {
    if (unknown(ids).length > 0) faults.push({ path, error: feedsUnknown(unknown(ids), all) })
  }
  for (const id of secretFeeds) {
    const feed = known.get(id)
    if (feed && !feed.secret) faults.push({ path: `feedSecrets.${id}`, error: secretUseless(feed) })
  }
  if (chosen.length > 0 && !isFor({ settings }, 'collect')) faults.push({ path: 'feeds', error: notForCollecting() })
  for (const id of chosen) {
    const feed = known.get(id)
    if (feed) faults.push(...faultsOfFeed(feed, cloud, settings, secretFeeds))
  }
  return faults
}

function faultsOfFeed(feed: Feed, cloud: Cloud, settings: ConnectionSettings, secretFeeds: readonly string[]): Fault[] {
  const why = whyNotOffered(feed, cloud)
  if (why !== undefined) return [{ path: 'feeds', error: notOffered(feed, why, cloud) }]
  const faults = faultsOf(`settings.feedOptions.${feed.id}`, () => parseOptions(feed, settings.feedOptions?.[feed.id]))
  if (feed.secret?.isNeeded && !secretFeeds.includes(feed.id)) {
    faults.push({ path: `feedSecrets.${feed.id}`, error: secretMissing(feed) })
  }
  if (feed.api === 'cloud-apps' && settings.cloudAppsUrl === undefined && !cloud.apis['cloud-apps']) {
    faults.push({ path: 'settings.cloudAppsUrl', error: portalMissing(feed) })
  }
  return faults
}

/** All that is wrong in one error. @throws AppError unless there is nothing. */
export function refuse(what: string, faults: readonly Fault[]): void {
  const [first] = faults
  if (!first) return
  const errors = faults.map(({ error }) => error)
  const code: ErrorCode = errors.every((error) => error.code === first.error.code)
    ? first.error.code
    : 'REQUEST_INVALID'
  const microsoft = errors.find((error) => error.microsoft)?.microsoft
  throw new AppError({
    code,
    what,
    why: [...new Set(errors.map((error) => error.why))].join(' '),
    fix: [...new Set(errors.map((error) => error.fix))].join(' '),
    problems: faults.map(({ path, error }) => ({ path, message: `${error.why} ${error.fix}` })),
    ...(microsoft && { microsoft }),
    cause: first.error,
  })
}

function faultsOf(path: string, attempt: () => unknown): Fault[] {
  try {
    attempt()
    return []
  } catch (error) {
    return [{ path, error: toAppError(error, 'The connection was not saved.') }]
  }
}

function invalid(why: string, fix: string, code: ErrorCode = 'REQUEST_INVALID'): AppError {
  return new AppError({ code, what: 'The connection was not saved.', why, fix })
}

function tenantInvalid(found: string): AppError {
  return invalid(
    `${JSON.stringify(found)} is not a directory (tenant) ID; that is a GUID, not a domain.`,
    'Copy “Directory (tenant) ID” from the overview page of the app registration in Entra.',
    'CONNECT_TENANT_INVALID',
  )
}

function clientIdInvalid(found: string): AppError {
  return invalid(
    `${JSON.stringify(found)} is not an application (client) ID; that is a GUID.`,
    'Copy “Application (client) ID” from the overview page of the app registration in Entra.',
  )
}

function feedsUnknown(unknown: readonly string[], known: readonly string[]): AppError {
  return invalid(`There is no feed ${unknown.join(', ')}.`, `Choose among: ${known.join(', ')}.`)
}

function notForCollecting(): AppError {
  return invalid(
    'The connection is not for collecting events, and feeds were chosen.',
    'Choose no feeds, or let it collect as well (settings.uses, --use collect).',
  )
}

function notOffered({ title }: Feed, why: string, cloud: Cloud): AppError {
  return invalid(
    `The feed “${title}” cannot work in ${cloud.title}: ${why}`,
    `Leave “${title}” out for this connection.`,
  )
}

function secretMissing({ id, title, secret }: Feed): AppError {
  return invalid(
    `The feed “${title}” needs a secret: ${secret?.title}. ${secret?.why ?? ''}`.trim(),
    `Give it as the secret of ${id}.`,
  )
}

function secretUseless({ id, title }: Feed): AppError {
  return invalid(`The feed “${title}” has no secret of its own.`, `Leave out the secret of ${id}.`)
}

function portalMissing({ title }: Feed): AppError {
  return invalid(
    `The feed “${title}” needs the address of the tenant’s Defender for Cloud Apps.`,
    'Copy it from https://security.microsoft.com > Settings > Cloud apps > About > API URL.',
  )
}
