import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'

import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

/** A certificate with the private key that belongs to it, ready to sign with. */
export interface ClientCertificate {
  privateKey: KeyObject
  /** SHA-256 of the DER form, base64url: what Entra finds the certificate by. */
  thumbprint: string
  /** ISO. */
  expiresAt: string
}

const SMALLEST_KEY_BITS = 2048

/**
 * Reads a PEM pair and checks what Entra would check later, in words that say what to do.
 *
 * @throws AppError CONNECT_CERTIFICATE_UNREADABLE when a part cannot be read, they do not belong together, the key is not
 *   RSA of at least 2048 bits, or the certificate has expired.
 */
export function readCertificate(
  pair: { certificatePem: string; privateKeyPem: string },
  clock: Clock,
): ClientCertificate {
  const certificate = readPart('the certificate', () => new X509Certificate(pair.certificatePem))
  const privateKey = readPart('the private key', () => createPrivateKey(pair.privateKeyPem))

  if (!certificate.checkPrivateKey(privateKey)) {
    throw unusable(
      'The private key belongs to another certificate.',
      'Give the key that the certificate was made with, or make a new pair and upload its certificate in Entra.',
    )
  }
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < SMALLEST_KEY_BITS) {
    throw unusable(
      `The key is ${privateKey.asymmetricKeyType ?? 'of an unknown kind'}${bits ? ` of ${bits} bits` : ''}; Entra signs in applications with RSA keys of at least ${SMALLEST_KEY_BITS} bits.`,
      'Make a new pair: openssl req -x509 -newkey rsa:3072 -nodes -days 365 -keyout key.pem -out certificate.pem',
    )
  }
  const expiresAt = certificate.validToDate.toISOString()
  if (certificate.validToDate.getTime() <= clock.now()) {
    throw unusable(
      `The certificate expired at ${expiresAt}.`,
      'Make a new pair and upload its certificate in Entra: App registrations > Certificates & secrets > Certificates.',
    )
  }
  return {
    privateKey,
    thumbprint: Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    expiresAt,
  }
}

function readPart<T>(part: string, read: () => T): T {
  try {
    return read()
  } catch {
    // The parser's own error is left out: it may quote what it was given.
    throw unusable(
      `Reading ${part} failed: it is not PEM, is protected by a passphrase, or is damaged.`,
      'Give a PEM certificate (BEGIN CERTIFICATE) and its PEM private key without a passphrase (BEGIN PRIVATE KEY).',
    )
  }
}

function unusable(why: string, fix: string): AppError {
  return new AppError({ code: 'CONNECT_CERTIFICATE_UNREADABLE', what: 'Could not use the certificate.', why, fix })
}
