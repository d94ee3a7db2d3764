import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { AppError } from '#domain/errors.ts'

import { readCertificate } from './certificate.ts'

type Pair = Parameters<typeof readCertificate>[0]

/** Node reads certificates and makes none. */
const OPENSSL = 'openssl'
const folder = mkdtempSync(join(tmpdir(), 'cordon-certificates-'))
afterAll(() => rmSync(folder, { recursive: true }))

function make(algorithm: string[]): Pair {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const output = ['-keyout', key, '-out', certificate, '-days', '30', '-subj', '/CN=cordon']
  execFileSync(OPENSSL, ['req', '-x509', '-nodes', ...algorithm, ...output], { stdio: 'pipe' })
  return { certificatePem: readFileSync(certificate, 'utf8'), privateKeyPem: readFileSync(key, 'utf8') }
}

const hasOpenssl = (() => {
  try {
    return execFileSync(OPENSSL, ['version']).length > 0
  } catch {
    return false
  }
})()

describe.skipIf(!hasOpenssl)('a certificate (made with openssl; skipped where there is none)', () => {
  let pair: Pair
  let end: number
  beforeAll(() => {
    pair = make(['-newkey', 'rsa:2048'])
    end = new X509Certificate(pair.certificatePem).validToDate.getTime()
  })

  const refusalOf = (given: Pair, now = end - 1000): AppError => {
    try {
      readCertificate(given, { now: () => now })
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain('PRIVATE KEY-')
      expect(error).toMatchObject({ code: 'CONNECT_CERTIFICATE_UNREADABLE', what: 'Could not use the certificate.' })
      return error as AppError
    }
    return expect.unreachable('It was accepted.')
  }

  test('that is whole gives its key and how Entra finds it', () => {
    const { thumbprint, privateKey, expiresAt } = readCertificate(pair, { now: () => end - 1000 })
    const fingerprint = new X509Certificate(pair.certificatePem).fingerprint256.replaceAll(':', '').toLowerCase()
    expect(Buffer.from(thumbprint, 'base64url').toString('hex')).toBe(fingerprint)
    expect(privateKey.asymmetricKeyType).toBe('rsa')
    expect(expiresAt).toBe(new Date(end).toISOString())
  })

  test('that has expired says when', () => {
    expect(refusalOf(pair, end).why).toContain(new Date(end).toISOString())
  })

  test('with the key of another says so', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(refusalOf({ ...pair, privateKeyPem }).why).toContain('belongs to another certificate')
  })

  test.each([
    ['of elliptic curves', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], 'ec'],
    ['too short', ['-newkey', 'rsa:1024'], '1024 bits'],
  ])('whose key is %s is no use to Entra', (_, algorithm, why) => {
    const { why: told, fix } = refusalOf(make(algorithm))
    expect(told).toContain(why)
    expect(fix).toContain('openssl req')
  })

  test('that is damaged, or whose key has a passphrase, is told apart by part', () => {
    expect(refusalOf({ ...pair, certificatePem: pair.certificatePem.slice(0, 200) }).why).toContain('the certificate')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
    const privateKeyPem = privateKey.export(locked).toString()
    expect(refusalOf({ ...pair, privateKeyPem }).why).toContain('the private key')
  })
})
