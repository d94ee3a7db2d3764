import { X509Certificate, createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { ConfidentialClientApplication } from '@azure/msal-node'
import { describe, expect, it } from 'vitest'

import { GRAPH, MANAGEMENT, application, cloud, countUsers, tenant } from './cloud.ts'

const authority = `${cloud.url}/${tenant.id}`
const knownAuthorities = [new URL(cloud.url).host]

const withSecret = (clientSecret: string) =>
  new ConfidentialClientApplication({
    auth: { clientId: application.clientId, authority, knownAuthorities, clientSecret },
  })

describe('@azure/msal-node', () => {
  it('logs in with a secret and lists the directory', async () => {
    const result = await withSecret(application.secret).acquireTokenByClientCredential({ scopes: [GRAPH] })
    expect(await countUsers(result!.accessToken)).toBeGreaterThan(200)
  })

  it('logs in with a certificate by its SHA-256 thumbprint', async () => {
    const certificate = new X509Certificate(readFileSync(application.certificateFile!))
    const app = new ConfidentialClientApplication({
      auth: {
        clientId: application.clientId,
        authority,
        knownAuthorities,
        clientCertificate: {
          thumbprintSha256: createHash('sha256').update(certificate.raw).digest('hex'),
          privateKey: readFileSync(application.keyFile!, 'utf8'),
        },
      },
    })
    const result = await app.acquireTokenByClientCredential({ scopes: [GRAPH] })
    expect(await countUsers(result!.accessToken)).toBeGreaterThan(200)
  })

  it('keeps a token for each resource, and gives the kept one the next time', async () => {
    const app = withSecret(application.secret)
    const [graph, management, again] = [
      await app.acquireTokenByClientCredential({ scopes: [GRAPH] }),
      await app.acquireTokenByClientCredential({ scopes: [MANAGEMENT] }),
      await app.acquireTokenByClientCredential({ scopes: [GRAPH] }),
    ]
    expect(graph!.accessToken).not.toBe(management!.accessToken)
    expect([again!.accessToken, again!.fromCache]).toEqual([graph!.accessToken, true])
    const feed = `${cloud.url}/api/v1.0/${tenant.id}/activity/feed/subscriptions/list`
    const answer = await fetch(feed, { headers: { authorization: `Bearer ${management!.accessToken}` } })
    expect(answer.status).toBe(200)
  })

  it('reads the code of a refusal', async () => {
    await expect(withSecret('wrong').acquireTokenByClientCredential({ scopes: [GRAPH] })).rejects.toMatchObject({
      errorCode: 'invalid_client',
      errorMessage: expect.stringContaining('AADSTS7000215') as string,
    })
  })
})
