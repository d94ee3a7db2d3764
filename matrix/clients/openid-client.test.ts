import { createRemoteJWKSet, jwtVerify } from 'jose'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from 'openid-client'
import { beforeAll, describe, expect, it } from 'vitest'

import { MANAGEMENT, application, cloud, signIn, tenant, truth } from './cloud.ts'
import type { Phish } from './cloud.ts'

const issuer = new URL(`${cloud.url}/${tenant.id}/v2.0`)

let phish: Phish
beforeAll(async () => {
  phish = await truth('ground-truth/phish')
})

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

  it('signs a person in with PKCE, checks the signature of the ID token, reads userinfo, renews and logs out', async () => {
    const config = await discovery(issuer, application.clientId, application.secret)
    enableNonRepudiationChecks(config)
    const { userId, userPrincipalName } = phish.recipients[0]!
    const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()]
    const page = buildAuthorizationUrl(config, {
      redirect_uri: 'http://localhost:3000/callback',
      scope: 'openid profile email offline_access',
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    const back = await signIn(page, userPrincipalName)
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
    const tokens = await authorizationCodeGrant(config, back, checks)
    const claims = tokens.claims()!
    expect(claims).toMatchObject({ oid: userId, tid: tenant.id, preferred_username: userPrincipalName })
    expect(await fetchUserInfo(config, tokens.access_token, claims.sub)).toMatchObject({ email: userPrincipalName })
    const renewed = await refreshTokenGrant(config, tokens.refresh_token!)
    expect(renewed.claims()).toMatchObject({ sub: claims.sub })
    await expect(authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'invalid_grant' })
    const out = await fetch(buildEndSessionUrl(config, { post_logout_redirect_uri: 'http://localhost:3000/' }), {
      redirect: 'manual',
    })
    expect(out.headers.get('location')).toBe('http://localhost:3000/')
  })
})
