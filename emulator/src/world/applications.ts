import { X509Certificate, createHash, randomBytes } from 'node:crypto'

import { protocolNow } from '#clock.ts'

import { none } from './objects.ts'
import { random } from './random.ts'
import type { Kind } from './objects.ts'

/** An app registration with its service principal in the tenant, as an administrator made and consented it. */
export interface Application {
  name: string
  clientId: string
  /** Object id of the registration. */
  objectId: string
  /** Object id of the service principal: `oid` of its tokens. */
  servicePrincipalId: string
  /** Granted app role values, of any API. */
  roles: string[]
  /** Template ids of the directory roles that its service principal holds: `wids` of its tokens. */
  directoryRoles: string[]
  /** Names of Azure roles, assigned on every subscription: none unless given. */
  azureRoles?: string[]
  /** What an administrator did to the service principal. No tokens any more, and those given out are revoked. */
  principal?: 'disabled' | 'deleted'
  /** "Allow public client flows" (`isFallbackPublicClient`): such an application has to log in without a credential. */
  publicClient?: boolean
  /** Where a browser may be sent back to after a sign-in. Without any, every https address and every loopback one. */
  redirectUris?: string[]
  /** Role values that its registration asks for and nobody has granted yet. */
  requestedRoles?: string[]
  /** May be used in other tenants, once an administrator there has consented. */
  multiTenant?: boolean
  /** Protocol time, ISO 8601: what was issued before is revoked, for those that ask again (continuous access evaluation). */
  tokensValidFrom?: string
  /** App role values of its own by user object id: `roles` of that user's ID token. */
  userRoles?: Record<string, string[]>
  /** When a role was granted after the birth of the world: tenant time, milliseconds. Tokens have it a moment later. */
  grantedAt?: Record<string, number>
  /** When it was registered after the birth of the world: tenant time, milliseconds. */
  createdAt?: number
  /** Object ids of users and service principals. */
  owners?: string[]
  description?: string | null
  notes?: string | null
  tags?: string[]
  secrets: Secret[]
  certificates: Certificate[]
}

/** By client id. The tenant fills in those that its data folder was made with, which are no function of the world. */
export const applications: Kind<Application> = { name: 'application', born: none }

/** Times are protocol time, ISO 8601. */
export interface Secret {
  keyId: string
  displayName?: string | null
  value: string
  startsAt: string
  endsAt: string
}

export interface Certificate {
  keyId: string
  displayName?: string | null
  pem: string
}

const YEAR = 365 * 86_400_000

/**
 * A registration with one secret, random as in the real service: nothing to be found in a repository. Its ids come from
 * `newId`, so that the same world names the same applications.
 */
export function createApplication(
  name: string,
  roles: string[],
  newId: (what: string) => string,
  {
    secretLifetime = YEAR,
    directoryRoles = [],
    azureRoles = [],
  }: { secretLifetime?: number; directoryRoles?: string[]; azureRoles?: string[] } = {},
): Application {
  const now = protocolNow()
  const startsAt = Math.min(now, now + secretLifetime - YEAR)
  const secret = createSecret(newId('secret'), 'emulator', startsAt, now + secretLifetime)
  return {
    name,
    roles,
    directoryRoles,
    ...(azureRoles.length > 0 ? { azureRoles } : {}),
    secrets: [secret],
    certificates: [],
    clientId: newId('client'),
    objectId: newId('application'),
    servicePrincipalId: newId('servicePrincipal'),
  }
}

/**
 * The roles that a token issued now has: a consent reaches the token service after five seconds to a minute.
 *
 * @param now tenant time, milliseconds.
 */
export const rolesInForce = ({ roles, grantedAt = {}, clientId }: Application, now: number): string[] =>
  roles.filter((role) => {
    const at = grantedAt[role]
    return at === undefined || now >= at + random('consent', clientId, role, at).between(5_000, 60_000)
  })

/** A new secret, as hard to guess as a real one. */
export function createSecret(keyId: string, displayName: string | null, startsAt: number, endsAt: number): Secret {
  return {
    keyId,
    displayName,
    value: `${randomBytes(2).toString('hex')}8Q~${randomBytes(24).toString('base64url')}`,
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
  }
}

/** The registered certificate with this SHA-1 or SHA-256 thumbprint (base64url, padded or not). */
export function findCertificate(application: Application, thumbprint: string): X509Certificate | undefined {
  const wanted = thumbprint.replace(/=+$/, '')
  return application.certificates
    .map(({ pem }) => new X509Certificate(pem))
    .find(({ raw }) => ['sha1', 'sha256'].some((hash) => createHash(hash).update(raw).digest('base64url') === wanted))
}
