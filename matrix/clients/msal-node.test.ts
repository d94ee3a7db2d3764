import { X509Certificate, createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { ConfidentialClientApplication } from '@azure/msal-node'
import { describe, expect, it } from 'vitest'

import { GRAPH, MANAGEMENT, application, cloud, countUsers, register, signIn, tenant, truth } from './cloud.ts'
import type { Phish } from './cloud.ts'

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

  it('signs a person in with a code, and renews without asking', async () => {
    const { recipients } = await truth<Phish>('ground-truth/phish')
    const { userId, userPrincipalName } = recipients[1]!
    const app = withSecret(application.secret)
    const asked = { scopes: ['openid', 'profile', 'User.Read'], redirectUri: 'http://localhost:3000/callback' }
    const page = await app.getAuthCodeUrl(asked)
    const code = (await signIn(new URL(page), userPrincipalName)).searchParams.get('code')!
    const first = await app.acquireTokenByCode({ ...asked, code })
    expect(first.account).toMatchObject({ localAccountId: userId, tenantId: tenant.id, username: userPrincipalName })
    const again = await app.acquireTokenSilent({ account: first.account!, scopes: asked.scopes, forceRefresh: true })
    expect(again.account).toMatchObject({ localAccountId: userId })
    expect(again.accessToken).not.toBe(first.accessToken)
  })

  it('is told that its token is revoked, and asks for another with the claims of the challenge', async () => {
    const own = await register(['User.Read.All'])
    const app = new ConfidentialClientApplication({
      auth: {
        clientId: own.clientId,
        authority,
        knownAuthorities,
        clientSecret: own.secret,
        clientCapabilities: ['CP1'],
      },
    })
    const first = await app.acquireTokenByClientCredential({ scopes: [GRAPH] })
    const users = (token: string) =>
      fetch(`${cloud.url}/v1.0/users?$top=1`, { headers: { authorization: `Bearer ${token}` } })
    expect((await users(first!.accessToken)).status).toBe(200)
    await fetch(`${cloud.url}/_emu/applications/${own.clientId}`, { method: 'PATCH', body: '{"revoke":true}' })
    const refused = await users(first!.accessToken)
    expect(refused.status).toBe(401)
    const challenge = /claims="([^"]+)"/.exec(refused.headers.get('www-authenticate')!)![1]!
    const claims = Buffer.from(challenge, 'base64').toString()
    // A token is known by the second it was issued in.
    const revokedAt = Number(JSON.parse(claims).access_token.nbf.value)
    await expect.poll(() => Date.now() / 1000, { timeout: 5000 }).toBeGreaterThan(revokedAt + 1)
    const second = await app.acquireTokenByClientCredential({ scopes: [GRAPH], claims })
    expect(second!.fromCache).toBe(false)
    expect((await users(second!.accessToken)).status).toBe(200)
  })
})
