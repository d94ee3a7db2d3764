import { webcrypto } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { protocolNow } from '#clock.ts'

import './reflect.ts'
import * as x509 from '@peculiar/x509'

/**
 * The emulator's own certificate authority: made at the first start, kept in the data folder, trusted by nobody until a
 * client is told to.
 */
export interface ServerCertificates {
  /** Path of the authority's certificate (PEM), for clients to trust. */
  caFile: string
  /** PEM of the server's certificate and key. */
  cert: string
  key: string
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const
const YEAR = 365 * 86_400_000

x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto)

/** Reads the certificates from `folder`, made there first if absent. `names` are the host names served. */
export async function serverCertificates(folder: string, names: readonly string[]): Promise<ServerCertificates> {
  const [caFile, certFile, keyFile] = ['ca.crt', 'server.crt', 'server.key'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  if (![caFile, certFile, keyFile].every((file) => existsSync(file))) {
    const authority = await createAuthority()
    const leaf = await createLeaf(authority, names)
    writeFileSync(join(folder, 'ca.key'), await pem(authority.keys.privateKey), { mode: 0o600 })
    writeFileSync(caFile, `${authority.certificate.toString('pem')}\n`)
    writeFileSync(keyFile, await pem(leaf.keys.privateKey), { mode: 0o600 })
    writeFileSync(certFile, `${leaf.certificate.toString('pem')}\n`)
  }
  return { caFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

/** A self-signed RSA certificate and its key (PEM), as an administrator uploads one for an application. */
export async function createClientCertificate(name: string): Promise<{ certificate: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: RSA,
    serialNumber: serial(),
    ...validity(1),
  })
  return { certificate: `${certificate.toString('pem')}\n`, key: await pem(keys.privateKey) }
}

interface Signed {
  certificate: x509.X509Certificate
  keys: webcrypto.CryptoKeyPair
}

async function createAuthority(): Promise<Signed> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=m365-emulator authority',
    keys,
    signingAlgorithm: EC,
    serialNumber: serial(),
    ...validity(10),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, keys }
}

async function createLeaf(authority: Signed, names: readonly string[]): Promise<Signed> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=m365-emulator',
    issuer: authority.certificate.subject,
    serialNumber: serial(),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: EC,
    ...validity(10),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({
          type: 'dns' as const,
          value,
        })),
        {
          type: 'ip',
          value: '127.0.0.1',
        },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, keys }
}

const serial = () =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .replace(/^./, '7')

const validity = (years: number) => ({
  notBefore: new Date(protocolNow() - 3_600_000),
  notAfter: new Date(protocolNow() + years * YEAR),
})

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`
}
