import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ClientCertificateCredential, ClientSecretCredential } from '@azure/identity'
import { describe, expect, it } from 'vitest'

import { GRAPH, application, cloud, countUsers, tenant } from './cloud.ts'

const options = { authorityHost: cloud.url, disableInstanceDiscovery: true }

describe('@azure/identity', () => {
  it('logs in with a secret and lists the directory', async () => {
    const credential = new ClientSecretCredential(tenant.id, application.clientId, application.secret, options)
    const { token, expiresOnTimestamp } = await credential.getToken(GRAPH)
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now() + 3_000_000)
    expect(await countUsers(token)).toBeGreaterThan(200)
  })

  it('logs in with a PEM file of certificate and key', async () => {
    const pem = join(mkdtempSync(join(tmpdir(), 'identity-')), 'client.pem')
    writeFileSync(
      pem,
      [application.certificateFile!, application.keyFile!].map((file) => readFileSync(file, 'utf8')).join('\n'),
    )
    const credential = new ClientCertificateCredential(tenant.id, application.clientId, pem, options)
    expect(await countUsers((await credential.getToken(GRAPH)).token)).toBeGreaterThan(200)
  })

  it('says what the sign-in service says to a wrong secret', async () => {
    const credential = new ClientSecretCredential(tenant.id, application.clientId, 'wrong', options)
    await expect(credential.getToken(GRAPH)).rejects.toThrow(/AADSTS7000215/)
  })
})
