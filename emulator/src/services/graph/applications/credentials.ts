import { X509Certificate, createHash } from 'node:crypto'

import { applications, createSecret } from '#world/applications.ts'
import { badRequest } from '#services/graph/identity/errors.ts'
import { protocolNow } from '#clock.ts'
import { readJson } from '#services/graph/json.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { auditApplication } from './audit.ts'
import { mustManage } from './authority.ts'
import { registrationOfCall } from './principals.ts'

/** Secrets and certificates of a registration. A secret is told once, when it is made. */

export const passwordCredentialsOf = ({ secrets }: Application) =>
  secrets.map(({ keyId, displayName, value, startsAt, endsAt }) => ({
    customKeyIdentifier: null,
    displayName: displayName ?? null,
    endDateTime: endsAt,
    hint: value.slice(0, 3),
    keyId,
    secretText: null,
    startDateTime: startsAt,
  }))

export const keyCredentialsOf = ({ name, certificates }: Application) =>
  certificates.map(({ keyId, displayName, pem }) => {
    const { validFrom, validTo, raw } = new X509Certificate(pem)
    return {
      customKeyIdentifier: createHash('sha1').update(raw).digest('hex').toUpperCase(),
      displayName: displayName ?? name,
      endDateTime: new Date(validTo).toISOString(),
      key: null,
      keyId,
      startDateTime: new Date(validFrom).toISOString(),
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
    }
  })

const YEARS = 2 * 365 * 86_400_000

/** `POST /applications/{id}/addPassword` `{passwordCredential: {displayName, endDateTime}}` */
export function addPassword(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  const { passwordCredential: asked = {} } = call.request.body.length > 0 ? readJson(call.request) : {}
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) throw invalid('passwordCredential')
  const { displayName = null, startDateTime, endDateTime } = asked as Record<string, unknown>
  if (displayName !== null && typeof displayName !== 'string') throw invalid('displayName')
  const startsAt = readMoment(startDateTime, 'startDateTime') ?? protocolNow()
  const endsAt = readMoment(endDateTime, 'endDateTime') ?? startsAt + YEARS
  if (endsAt <= startsAt) throw badRequest('Key credential end date is invalid.')
  const secret = createSecret(call.tenant.newId('secret'), displayName, startsAt, endsAt)
  put(call, { ...application, secrets: [...application.secrets, secret] })
  auditApplication(call, 'Update application – Certificates and secrets management', 'Update', application, [
    { name: 'KeyDescription', old: '[]', new: JSON.stringify([`[KeyIdentifier=${secret.keyId},KeyType=Password]`]) },
  ])
  const [told] = passwordCredentialsOf({ ...application, secrets: [secret] })
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#microsoft.graph.passwordCredential`,
      ...told,
      secretText: secret.value,
    },
  }
}

/** `POST /applications/{id}/removePassword` `{keyId}` */
export function removePassword(call: Call): Reply {
  const application = registrationOfCall(call)
  mustManage(call, application)
  const { keyId } = readJson(call.request)
  const kept = application.secrets.filter((secret) => secret.keyId !== keyId)
  if (kept.length === application.secrets.length)
    throw badRequest(`No password credential found with keyId '${String(keyId)}'.`)
  put(call, { ...application, secrets: kept })
  auditApplication(call, 'Update application – Certificates and secrets management', 'Update', application, [
    { name: 'KeyDescription', old: JSON.stringify([`[KeyIdentifier=${String(keyId)},KeyType=Password]`]), new: '[]' },
  ])
  return { status: 204 }
}

/** Certificates as `PATCH /applications/{id}` gives them: `key` holds the DER bytes in base64. */
export function readCertificates(call: Call, application: Application, value: unknown): Application['certificates'] {
  if (!Array.isArray(value) || value.length > 100) throw invalid('keyCredentials')
  return value.map((each: unknown) => {
    const { keyId, key, displayName = null } = (each ?? {}) as Record<string, unknown>
    const known = application.certificates.find((certificate) => certificate.keyId === keyId)
    if (known && (key === null || key === undefined)) return known
    if (displayName !== null && typeof displayName !== 'string') throw invalid('displayName')
    return {
      keyId: call.tenant.newId(`certificate ${String(key).slice(0, 64)}`),
      displayName,
      pem: readCertificate(key),
    }
  })
}

function readCertificate(key: unknown): string {
  if (typeof key !== 'string') throw invalid('keyCredentials')
  const bytes = Buffer.from(key, 'base64')
  for (const text of [bytes, Buffer.from(bytes.toString('latin1'), 'base64')]) {
    try {
      return new X509Certificate(text).toString()
    } catch {
      // Some clients encode twice; what neither reading gives is no certificate.
    }
  }
  throw badRequest('Key credential value is invalid: it is no X.509 certificate.')
}

function readMoment(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\d(T|$)/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw invalid(name)
  return at
}

const invalid = (property: string) =>
  badRequest(`Invalid value specified for property '${property}' of resource 'Application'.`)

const put = (call: Call, application: Application) =>
  call.tenant.objects(applications).put(application.clientId, application)
