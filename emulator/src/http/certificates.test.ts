import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { serverCertificates } from './certificates.ts'

it('the same authority issues another certificate when a host is new, and none otherwise', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  const first = await serverCertificates(folder, ['localhost', '*.one.example'])
  const authority = readFileSync(first.caFile, 'utf8')
  expect(await serverCertificates(folder, ['localhost', '*.one.example'])).toEqual(first)
  const second = await serverCertificates(folder, ['localhost', '*.one.example', 'two.example'])
  expect(readFileSync(second.caFile, 'utf8')).toBe(authority)
  const certificate = new X509Certificate(second.cert)
  expect(certificate.checkHost('two.example')).toBe('two.example')
  expect(certificate.checkHost('a.one.example')).toBe('*.one.example')
  expect(certificate.verify(new X509Certificate(authority).publicKey)).toBe(true)
  rmSync(folder, { recursive: true })
})
