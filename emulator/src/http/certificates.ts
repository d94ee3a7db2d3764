import { X509Certificate, webcrypto } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

/**
 * Reads the certificates from `folder`, made there first if absent. `names` are the host names served; where the server's
 * certificate lacks one, as in a folder of an earlier version, the same authority issues another.
 */
export async function serverCertificates(folder: string, names: readonly string[]): Promise<ServerCertificates> {
  const [caFile, caKeyFile, certFile, keyFile] = ['ca.crt', 'ca.key', 'server.crt', 'server.key'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string]
  if (![caFile, caKeyFile].every((file) => existsSync(file))) {
    const made = await createAuthority()
    writeFileSync(caKeyFile, await pem(made.keys.privateKey), { mode: 0o600 })
    writeFileSync(caFile, `${made.certificate.toString('pem')}\n`)
    rmSync(certFile, { force: true })
  }
  if (![certFile, keyFile].every((file) => existsSync(file)) || !covers(readFileSync(certFile, 'utf8'), names)) {
    const leaf = await createLeaf(await readAuthority(caFile, caKeyFile), names)
    writeFileSync(keyFile, await pem(leaf.keys.privateKey), { mode: 0o600 })
    writeFileSync(certFile, `${leaf.certificate.toString('pem')}\n`)
  }
  return { caFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

function covers(certificate: string, names: readonly string[]): boolean {
  const held = new Set((new X509Certificate(certificate).subjectAltName ?? '').split(', '))
  return names.every((name) => held.has(`DNS:${name}`))
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

type Authority = Pick<Signed, 'certificate'> & { privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey }

async function readAuthority(certFile: string, keyFile: string): Promise<Authority> {
  const certificate = new x509.X509Certificate(readFileSync(certFile, 'utf8'))
  const key = x509.PemConverter.decode(readFileSync(keyFile, 'utf8'))[0]!
  return {
    certificate,
    privateKey: await webcrypto.subtle.importKey('pkcs8', key, EC, true, ['sign']),
    publicKey: (await certificate.publicKey.export(EC, ['verify'])) as webcrypto.CryptoKey,
  }
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

async function createLeaf(authority: Authority, names: readonly string[]): Promise<Signed> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=m365-emulator',
    issuer: authority.certificate.subject,
    serialNumber: serial(),
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
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
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
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
