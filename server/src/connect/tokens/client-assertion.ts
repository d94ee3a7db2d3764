import { constants, randomUUID, sign } from 'node:crypto'

import type { ClientCertificate } from '#connect/certificate.ts'

const LIFETIME_SECONDS = 5 * 60
/** Entra allows some minutes of skew; a clock a little ahead must not make the assertion one of the future. */
const BACKDATED_SECONDS = 60

/**
 * The signed statement with which an application proves that it holds the certificate's key: PS256, found by `x5t#S256`,
 * for one token endpoint. Format: Entra's "certificate credentials" (RFC 7523).
 */
export function clientAssertion(
  certificate: ClientCertificate,
  clientId: string,
  tokenEndpoint: string,
  nowMs: number,
): string {
  const now = Math.floor(nowMs / 1000)
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': certificate.thumbprint }
  const claims = {
    aud: tokenEndpoint,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    iat: now,
    nbf: now - BACKDATED_SECONDS,
    exp: now + LIFETIME_SECONDS,
  }
  const signed = `${base64Json(header)}.${base64Json(claims)}`
  const signature = sign('sha256', Buffer.from(signed), {
    key: certificate.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  })
  return `${signed}.${signature.toString('base64url')}`
}

function base64Json(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
