import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { application } from './cloud.ts'
import { python } from './python.ts'

interface Result {
  users: number
  expires_in: number
}

describe('MSAL for Python', () => {
  it('logs in with a secret and pages through the users', async () => {
    expect((await python<Result>('read_users.py', 'secret')).users).toBeGreaterThan(200)
  })

  it('logs in with a certificate', async () => {
    const { fingerprint } = new X509Certificate(readFileSync(application.certificateFile!))
    const result = await python<Result>('read_users.py', 'certificate', fingerprint.replaceAll(':', ''))
    expect(result.users).toBeGreaterThan(200)
  })
})
