import { createRemoteJWKSet, jwtVerify } from 'jose'
import { clientCredentialsGrant, discovery } from 'openid-client'
import { describe, expect, it } from 'vitest'

import { MANAGEMENT, application, cloud, tenant } from './cloud.ts'

const issuer = new URL(`${cloud.url}/${tenant.id}/v2.0`)

describe('openid-client', () => {
  it('discovers the issuer, is granted a token, and verifies it with the published keys', async () => {
    const config = await discovery(issuer, application.clientId, application.secret)
    const { access_token: token, expires_in: lifetime } = await clientCredentialsGrant(config, { scope: MANAGEMENT })
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri!))
    const { payload } = await jwtVerify(token, keys, { audience: 'https://manage.office.com' })
    expect(payload).toMatchObject({ tid: tenant.id, appid: application.clientId })
    expect(payload['roles']).toContain('ActivityFeed.Read')
    expect(lifetime).toBeGreaterThan(3000)
  })

  it('is told what is wrong with a grant', async () => {
    const config = await discovery(issuer, application.clientId, 'wrong')
    await expect(clientCredentialsGrant(config, { scope: MANAGEMENT })).rejects.toMatchObject({
      error: 'invalid_client',
    })
  })
})
