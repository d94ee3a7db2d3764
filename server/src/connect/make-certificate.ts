import { webcrypto, X509Certificate } from 'node:crypto'

import type { Clock } from '#domain/clock.ts'
import type { Credential, PublicCertificate } from '#domain/tenant.ts'

/** Entra takes longer; a year is what its own secrets last by default, and the end is told weeks ahead. */
const LIFETIME_MS = 365 * 24 * 3_600_000
/** Entra's clock may be behind. */
const BACKDATED_MS = 3_600_000
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 3072,
} as const

/**
 * A new key pair and a certificate that says it is Cordon's, for a year: RSA of 3072 bits, signed by itself, for signing alone.
 * What is made is as {@link readCertificate} takes it.
 */
export async function makeCertificate(clock: Clock): Promise<Extract<Credential, { kind: 'certificate' }>> {
  const x509 = await loadLibrary()
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Cordon',
    keys,
    signingAlgorithm: RSA,
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex'),
    notBefore: new Date(clock.now() - BACKDATED_MS),
    notAfter: new Date(clock.now() + LIFETIME_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    ],
  })
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    kind: 'certificate',
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: `${x509.PemConverter.encode(privateKey, 'PRIVATE KEY')}\n`,
  }
}

/** What anybody may know of a certificate. */
export function publicCertificate(certificatePem: string): PublicCertificate {
  const certificate = new X509Certificate(certificatePem)
  return {
    pem: certificate.toString(),
    thumbprint: certificate.fingerprint.replaceAll(':', ''),
    expiresAt: certificate.validToDate.toISOString(),
  }
}

/** Loaded when it is needed: few servers ever make a certificate. */
async function loadLibrary() {
  await import('./reflect.ts')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto)
  return x509
}
