import { timingSafeEqual } from 'node:crypto'

import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose'

import { protocolNow } from '#clock.ts'
import { findCertificate } from '#world/applications.ts'
import type { Application } from '#world/applications.ts'

import {
  assertionOutOfTime,
  badAssertion,
  badCertificate,
  expiredSecret,
  missingCredential,
  wrongAssertionClaim,
  wrongSecret,
} from './errors.ts'

/** What a client proves itself with. */
export interface Credential {
  secret: string | undefined
  assertion: string | undefined
}

/** How the client proved itself, as `appidacr` says it: `1` secret, `2` certificate. */
export type Proof = '1' | '2'

const SKEW = 300
const ASSERTION = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Checks a credential.
 *
 * @param audiences values of the assertion's `aud` that name this token endpoint.
 * @throws LoginError 7000218, 7000215, 7000222, 50012, 700027, 700021, 700023, 700024.
 */
export async function authenticate(
  application: Application,
  credential: Credential,
  audiences: readonly string[],
): Promise<Proof> {
  if (credential.assertion !== undefined) {
    await checkAssertion(application, credential.assertion, audiences)
    return '2'
  }
  if (credential.secret === undefined) throw missingCredential()
  checkSecret(application, credential.secret)
  return '1'
}

function checkSecret(application: Application, given: string): void {
  const secret = application.secrets.find(({ value }) => same(value, given))
  if (!secret) throw wrongSecret(application.clientId)
  if (Date.parse(secret.endsAt) <= protocolNow()) throw expiredSecret(application.clientId)
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

async function checkAssertion(
  application: Application,
  assertion: string,
  audiences: readonly string[],
): Promise<void> {
  if (!ASSERTION.test(assertion)) throw badAssertion('The client assertion is not a valid JSON Web Token.')
  const thumbprint = readThumbprint(assertion)
  const certificate = findCertificate(application, thumbprint)
  if (!certificate) throw badCertificate('The key was not found.', thumbprint)
  if (Date.parse(certificate.validTo) <= protocolNow()) throw badCertificate('The key used is expired.', thumbprint)
  try {
    await compactVerify(assertion, certificate.publicKey, { algorithms: ['RS256', 'PS256'] })
  } catch {
    throw badCertificate('Client assertion contains an invalid signature.', thumbprint)
  }
  checkClaims(application, assertion, audiences)
}

function readThumbprint(assertion: string): string {
  try {
    const header = decodeProtectedHeader(assertion)
    const thumbprint = header['x5t#S256'] ?? header.x5t
    if (typeof thumbprint === 'string') return thumbprint
  } catch {
    // Falls through: an unreadable header names no key.
  }
  throw badAssertion('The client assertion names no certificate.')
}

/** Clients send whole seconds or floats; both are numbers of seconds. */
function checkClaims(application: Application, assertion: string, audiences: readonly string[]): void {
  const claims = decodeJwt(assertion)
  const now = protocolNow() / 1000
  if (typeof claims.exp !== 'number' || claims.exp < now - SKEW || (claims.nbf ?? 0) > now + SKEW)
    throw assertionOutOfTime()
  if (claims.iss !== application.clientId || claims.sub !== application.clientId)
    throw wrongAssertionClaim(700_021, "Client assertion application identifier does not match 'client_id' parameter.")
  const given = [claims.aud ?? []].flat()
  if (!given.some((aud) => audiences.includes(aud.toLowerCase())))
    throw wrongAssertionClaim(
      700_023,
      `Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.`,
    )
}
