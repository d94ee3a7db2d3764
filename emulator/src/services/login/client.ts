import { timingSafeEqual } from 'node:crypto'

import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose'

import { protocolNow } from '#clock.ts'
import { findCertificate } from '#world/applications.ts'
import type { Application } from '#world/applications.ts'
import type { Request } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import {
  assertionOutOfTime,
  badAssertion,
  badCertificate,
  expiredSecret,
  missingCredential,
  publicClient,
  wrongAssertionClaim,
  wrongSecret,
} from './errors.ts'
import { required } from './form.ts'

/** How the client proved itself, as `appidacr` says it: `0` not at all, `1` secret, `2` certificate. */
export type Proof = '0' | '1' | '2'

/** Seconds. */
const SKEW = 300
/** Longer-lived assertions are refused; Microsoft advises 5 to 10 minutes. Seconds. */
const LONGEST = 86_400
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Checks the credential of a client that has to have one.
 *
 * @throws LoginError 700025, 900144, 7000218, 7000215, 7000222, 50012, 700027, 700021, 700023, 700024.
 */
export async function authenticate(
  application: Application,
  tenant: Tenant,
  form: URLSearchParams,
  request: Request,
): Promise<Proof> {
  const [secret, assertion] = [form.get('client_secret'), form.get('client_assertion')]
  if (application.publicClient && (secret !== null || assertion !== null)) throw publicClient()
  if (assertion !== null) {
    if (required(form, 'client_assertion_type') !== ASSERTION_TYPE)
      throw badAssertion('The client assertion type is not supported.')
    await checkAssertion(application, assertion, audiences(tenant, request))
    return '2'
  }
  if (secret === null) throw missingCredential()
  checkSecret(application, secret)
  return '1'
}

/** As {@link authenticate}; a public client has nothing to prove. */
export const authenticateAny = async (
  application: Application,
  tenant: Tenant,
  form: URLSearchParams,
  request: Request,
): Promise<Proof> =>
  application.publicClient && !form.has('client_secret') && !form.has('client_assertion')
    ? '0'
    : authenticate(application, tenant, form, request)

/** What an assertion may name as its audience: this endpoint in either version, here or at Microsoft's host. */
function audiences(tenant: Tenant, request: Request): string[] {
  const { tenantId, domain, initialDomain } = tenant.world
  const origins = [request.origin, 'https://login.microsoftonline.com'].map((origin) => origin.toLowerCase())
  return origins.flatMap((origin) =>
    [tenantId, domain, initialDomain].flatMap((name) =>
      ['oauth2/v2.0/token', 'oauth2/token', 'v2.0', ''].map((end) => `${origin}/${name}/${end}`),
    ),
  )
}

function checkSecret(application: Application, given: string): void {
  // All are compared, so that one that has expired does not hide a living one.
  const matching = application.secrets.filter(({ value }) => same(value, given))
  const secret = matching.find(({ endsAt }) => Date.parse(endsAt) > protocolNow()) ?? matching[0]
  if (!secret) throw wrongSecret(application.clientId)
  if (Date.parse(secret.endsAt) <= protocolNow()) throw expiredSecret(application.clientId)
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

async function checkAssertion(application: Application, assertion: string, accepted: readonly string[]): Promise<void> {
  if (!ASSERTION.test(assertion)) throw badAssertion('The client assertion is not a valid JSON Web Token.')
  const thumbprint = readThumbprint(assertion)
  const certificate = findCertificate(application, thumbprint)
  if (!certificate) throw badCertificate('The key was not found.', thumbprint)
  if (Date.parse(certificate.validTo) <= protocolNow() || Date.parse(certificate.validFrom) > protocolNow())
    throw badCertificate('The key used is expired.', thumbprint)
  try {
    await compactVerify(assertion, certificate.publicKey, { algorithms: ['RS256', 'PS256'] })
  } catch {
    throw badCertificate('Client assertion contains an invalid signature.', thumbprint)
  }
  checkClaims(application, assertion, accepted)
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
function checkClaims(application: Application, assertion: string, accepted: readonly string[]): void {
  const claims = decodeJwt(assertion)
  const now = protocolNow() / 1000
  const { exp, nbf = 0 } = claims
  if (typeof exp !== 'number' || typeof nbf !== 'number') throw assertionOutOfTime()
  if (exp < now - SKEW || nbf > now + SKEW || exp > now + LONGEST + SKEW) throw assertionOutOfTime()
  if (claims.iss !== application.clientId || claims.sub !== application.clientId)
    throw wrongAssertionClaim(700_021, "Client assertion application identifier does not match 'client_id' parameter.")
  const given = [claims.aud ?? []].flat()
  if (!given.some((aud) => accepted.includes(String(aud).toLowerCase())))
    throw wrongAssertionClaim(
      700_023,
      `Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.`,
    )
}
