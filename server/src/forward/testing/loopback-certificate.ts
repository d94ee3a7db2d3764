import { webcrypto } from 'node:crypto'

/** A certificate of this machine's own names, which is its own authority: trusted by whoever is given it as `ca`. */
export interface LoopbackCertificate {
  cert: string
  key: string
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 24 * 3_600_000

export async function loopbackCertificate(now: number): Promise<LoopbackCertificate> {
  await import('#connect/reflect.ts')
  const x509 = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Receiver of a test',
      keys,
      signingAlgorithm: EC,
      serialNumber: '01',
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + DAY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true),
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    },
    webcrypto as typeof globalThis.crypto,
  )
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
  }
}
