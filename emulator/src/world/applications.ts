import { X509Certificate, createHash, randomBytes } from 'node:crypto'

import { protocolNow } from '#clock.ts'

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
  secrets: Secret[]
  certificates: Certificate[]
}

/** Times are protocol time, ISO 8601. */
interface Secret {
  keyId: string
  value: string
  startsAt: string
  endsAt: string
}

interface Certificate {
  keyId: string
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
  { secretLifetime = YEAR, directoryRoles = [] }: { secretLifetime?: number; directoryRoles?: string[] } = {},
): Application {
  const now = protocolNow()
  const secret = {
    keyId: newId('secret'),
    value: `${randomBytes(2).toString('hex')}8Q~${randomBytes(24).toString('base64url')}`,
    startsAt: new Date(Math.min(now, now + secretLifetime - YEAR)).toISOString(),
    endsAt: new Date(now + secretLifetime).toISOString(),
  }
  return {
    name,
    roles,
    directoryRoles,
    secrets: [secret],
    certificates: [],
    clientId: newId('client'),
    objectId: newId('application'),
    servicePrincipalId: newId('servicePrincipal'),
  }
}

/** The registered certificate with this SHA-1 or SHA-256 thumbprint (base64url, padded or not). */
export function findCertificate(application: Application, thumbprint: string): X509Certificate | undefined {
  const wanted = thumbprint.replace(/=+$/, '')
  return application.certificates
    .map(({ pem }) => new X509Certificate(pem))
    .find(({ raw }) => ['sha1', 'sha256'].some((hash) => createHash(hash).update(raw).digest('base64url') === wanted))
}
