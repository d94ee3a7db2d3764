import { X509Certificate, createHash, createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { SignJWT, createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { JSONWebKeySet, JWTPayload } from 'jose'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const { emulator, client } = await cloudOf({ live: 'off' })
const app = client.tenant.applications[0]!

const GRAPH = 'https://graph.microsoft.com/.default'
const ask = (fields: Record<string, string>, path = `/${client.tenant.id}/oauth2/v2.0/token`, headers = {}) =>
  client.send(path, { method: 'POST', body: new URLSearchParams(fields).toString(), headers })
const good = () => ({
  grant_type: 'client_credentials',
  client_id: app.clientId,
  client_secret: app.secret,
  scope: GRAPH,
})

describe('an access token', () => {
  behavior(
    'captured',
    'comes with exactly the members Entra gives, signed with a published key, holding the granted roles',
    async () => {
      const answer = await ask(good())
      expect(answer.status).toBe(200)
      expect(Object.keys(answer.json).sort()).toEqual(['access_token', 'expires_in', 'ext_expires_in', 'token_type'])
      const discovery = await client.send(`/${client.tenant.id}/v2.0/.well-known/openid-configuration`)
      expect(discovery.json['token_endpoint']).toBe(`${emulator.url}/${client.tenant.id}/oauth2/v2.0/token`)
      const keys = (await client.send(String(discovery.json['jwks_uri']))).json as unknown as JSONWebKeySet
      const other = await ask({ ...good(), scope: 'https://manage.office.com/.default' })
      const { payload } = await jwtVerify(String(other.json['access_token']), createLocalJWKSet(keys))
      expect(payload).toMatchObject({
        aud: 'https://manage.office.com',
        roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
      })
      expect(decodeJwt(String(answer.json['access_token']))).toMatchObject({
        aud: 'https://graph.microsoft.com',
        tid: client.tenant.id,
        appid: app.clientId,
        appidacr: '1',
        idtyp: 'app',
        ver: '1.0',
        roles: app.roles.filter((role) => !/^(?:ActivityFeed|Machine|Ti|Exchange)\./.test(role)),
      })
      expect(payload['oid']).toBe(payload.sub)
    },
  )

  behavior('third-party code', 'is for the resource asked for, however its name is spelled', async () => {
    for (const resource of ['https://manage.office.com//.default', 'c5393580-f805-4401-95e8-94b7a6ef2fc2/.default']) {
      const answer = await ask({ ...good(), scope: resource })
      const claims = decodeJwt(String(answer.json['access_token']))
      expect(claims).toMatchObject({
        aud: 'https://manage.office.com',
        roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
      })
    }
  })

  behavior(
    'documentation',
    'has strings for numbers at the v1 endpoint, and is given for a domain name and for a Basic header',
    async () => {
      const { scope: _, client_id: __, client_secret: ___, ...fields } = good()
      const basic = Buffer.from(`${app.clientId}:${encodeURIComponent(app.secret)}`).toString('base64')
      const path = `/${client.tenant.domain}/oauth2/token`
      const answer = await ask({ ...fields, resource: 'https://manage.office.com' }, path, {
        authorization: `Basic ${basic}`,
      })
      expect(answer.json).toMatchObject({ expires_in: '3599', resource: 'https://manage.office.com' })
      expect(Number(answer.json['expires_on'])).toBeGreaterThan(0)
    },
  )

  behavior(
    'third-party code',
    'is also given for a GET with a form body at the v1 endpoint, as some clients send it',
    async () => {
      const { scope: _, ...fields } = good()
      const body = new URLSearchParams({ ...fields, resource: 'https://manage.office.com' }).toString()
      const headers = { 'content-length': String(body.length) }
      const answer = await client.send(`/${client.tenant.id}/oauth2/token`, { method: 'GET', headers, body })
      expect(answer.json).toMatchObject({ token_type: 'Bearer' })
    },
  )

  behavior('documentation', 'of Graph cannot be verified by anybody but Graph: its header has a nonce', async () => {
    const token = String((await ask(good())).json['access_token'])
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'JWT', alg: 'RS256', nonce: expect.any(String) })
    const keys = (await client.send(`/${client.tenant.id}/discovery/v2.0/keys`)).json as unknown as JSONWebKeySet
    await expect(jwtVerify(token, createLocalJWKSet(keys))).rejects.toThrow('signature verification failed')
    const users = await client.send('/v1.0/users?$top=1', { headers: { authorization: `Bearer ${token}` } })
    expect(users.status).toBe(200)
  })

  behavior('documentation', 'has no roles at all where nothing was granted', async () => {
    const made = await client.send('/_emu/applications', { method: 'POST', body: { name: 'Nothing' } })
    const token = await client.tokenFor(
      String(made.json['clientId']),
      String(made.json['secret']),
      'https://graph.microsoft.com',
    )
    expect(decodeJwt(token)).not.toHaveProperty('roles')
  })
})

describe('a certificate', () => {
  const assertion = async (claims: JWTPayload = {}, how: 'PS256' | 'RS256' = 'PS256', padded = false) => {
    const { raw } = new X509Certificate(readFileSync(app.certificateFile!))
    const thumbprint = (hash: string) =>
      createHash(hash)
        .update(raw)
        .digest(padded ? 'base64' : 'base64url')
    const header =
      how === 'PS256'
        ? { alg: how, 'x5t#S256': thumbprint('sha256') }
        : { alg: how, x5t: thumbprint('sha1').replaceAll('+', '-').replaceAll('/', '_') }
    const now = Date.now() / 1000
    return new SignJWT({
      aud: `${emulator.url}/${client.tenant.id}/oauth2/v2.0/token`,
      iss: app.clientId,
      sub: app.clientId,
      jti: randomUUID(),
      // Floats, as python MSAL sends them.
      nbf: now - 1.5,
      exp: now + 299.25,
      ...claims,
    })
      .setProtectedHeader({ typ: 'JWT', ...header })
      .sign(createPrivateKey(readFileSync(app.keyFile!)))
  }
  const askWith = async (text: string) => {
    const { client_secret: _, ...fields } = good()
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    return ask({ ...fields, client_assertion_type: type, client_assertion: text })
  }

  it.each([
    ['PS256', false],
    ['RS256', false],
    ['RS256', true],
  ] as const)('logs in with %s, thumbprint padded: %s', async (how, padded) => {
    const answer = await askWith(await assertion({}, how, padded))
    expect(decodeJwt(String(answer.json['access_token']))['appidacr']).toBe('2')
  })

  behavior('inferred', 'is refused when the assertion is forged, too old, or for somebody else', async () => {
    const text = await assertion()
    const forged = `${text.slice(0, text.lastIndexOf('.'))}.${'A'.repeat(342)}`
    expect((await askWith(forged)).json['error_codes']).toEqual([700_027])
    expect((await askWith(await assertion({ exp: 1_000_000 }))).json['error_codes']).toEqual([700_024])
    const inTwoDays = Date.now() / 1000 + 172_800
    expect((await askWith(await assertion({ exp: inTwoDays }))).json['error_codes']).toEqual([700_024])
    expect((await askWith(await assertion({ iss: randomUUID() }))).json['error_codes']).toEqual([700_021])
    expect((await askWith(await assertion({ aud: 'https://elsewhere.example' }))).json['error_codes']).toEqual([
      700_023,
    ])
    expect((await askWith('nonsense')).json['error_codes']).toEqual([50_012])
  })
})

describe('a refusal', () => {
  it.each<[string, Record<string, string | undefined>, number, string, number]>([
    ['a wrong secret', { client_secret: 'no' }, 401, 'invalid_client', 7_000_215],
    ['no credential', { client_secret: undefined }, 401, 'invalid_client', 7_000_218],
    ['an unknown application', { client_id: randomUUID() }, 400, 'unauthorized_client', 700_016],
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request', 900_144],
    ['a nil id', { client_id: '00000000-0000-0000-0000-000000000000' }, 400, 'unauthorized_client', 700_038],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70_003],
    ['a scope without /.default', { scope: 'https://graph.microsoft.com/Mail.Read' }, 400, 'invalid_scope', 1_002_012],
    ['two scopes', { scope: `${GRAPH} openid` }, 400, 'invalid_scope', 70_011],
    ['an unknown resource', { scope: 'https://nothing.example/.default' }, 400, 'invalid_resource', 500_011],
  ])('for %s has the AADSTS code, status and shape of the real one', async (_, change, status, error, code) => {
    const fields = Object.fromEntries(
      Object.entries({ ...good(), ...change }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>
    const answer = await ask(fields)
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ error, error_codes: [code] })
    expect(answer.json['error_description']).toMatch(
      new RegExp(`^AADSTS${code}: .+ Trace ID: .+ Correlation ID: .+ Timestamp: .+Z$`),
    )
    expect('error_uri' in answer.json).toBe(error === 'invalid_client')
  })

  behavior('documentation', 'tells an unknown tenant from a name that is none', async () => {
    expect((await ask(good(), `/${randomUUID()}/oauth2/v2.0/token`)).json['error_codes']).toEqual([90_002])
    expect((await ask(good(), '/elsewhere.example/oauth2/v2.0/token')).json['error_codes']).toEqual([90_002])
    expect((await ask(good(), '/harbor/oauth2/v2.0/token')).json['error_codes']).toEqual([900_023])
  })

  behavior('captured', 'of an expired secret names the expiry', async () => {
    const made = await client.send('/_emu/applications', {
      method: 'POST',
      body: { roles: ['Mail.Read'], expiredSecret: true },
    })
    const answer = await ask({
      ...good(),
      client_id: String(made.json['clientId']),
      client_secret: String(made.json['secret']),
    })
    expect([answer.status, answer.json['error_codes']]).toEqual([401, [7_000_222]])
  })

  behavior('third-party code', 'meets a GET at the v2 endpoint, which takes only POST', async () => {
    const answer = await client.send(`/${client.tenant.id}/oauth2/v2.0/token`)
    expect([answer.status, answer.json['error_codes']]).toEqual([400, [900_561]])
  })

  behavior('inferred', 'meets common and organizations, where no tenant is named', async () => {
    for (const name of ['common', 'organizations'])
      expect((await ask(good(), `/${name}/oauth2/v2.0/token`)).json['error_codes']).toEqual([50_059])
  })

  behavior('inferred', 'meets a parameter that comes twice', async () => {
    const body = `${new URLSearchParams(good()).toString()}&client_id=${app.clientId}`
    const answer = await client.send(`/${client.tenant.id}/oauth2/v2.0/token`, { method: 'POST', body })
    expect(answer.json['error_codes']).toEqual([9_000_411])
  })
})

describe('an application that an administrator has touched', () => {
  const register = async (body: object = {}) => {
    const made = await client.send('/_emu/applications', { method: 'POST', body })
    const id = String(made.json['clientId'])
    const fields = { ...good(), client_id: id, client_secret: String(made.json['secret']) }
    const change = (to: object) => client.send(`/_emu/applications/${id}`, { method: 'PATCH', body: to })
    return { fields, change }
  }
  const codeOf = async (fields: Record<string, string>) => {
    const { status, json } = await ask(fields)
    return [status, json['error'], json['error_codes']]
  }

  behavior('inferred', 'gets no token while its service principal is disabled', async () => {
    const { fields, change } = await register()
    await change({ principal: 'disabled' })
    expect(await codeOf(fields)).toEqual([400, 'unauthorized_client', [7_000_112]])
    await change({ principal: 'enabled' })
    expect((await ask(fields)).status).toBe(200)
  })

  behavior('inferred', 'gets no token once its service principal is deleted', async () => {
    const { fields, change } = await register()
    await change({ principal: 'deleted' })
    expect(await codeOf(fields)).toEqual([401, 'invalid_client', [7_000_229]])
  })

  behavior('documentation', 'must not send a credential while public client flows are on', async () => {
    const { fields } = await register({ publicClient: true })
    expect(await codeOf(fields)).toEqual([401, 'invalid_client', [700_025]])
    const { client_secret: _, ...bare } = fields
    expect(await codeOf(bare)).toEqual([401, 'invalid_client', [7_000_218]])
  })

  behavior(
    'documentation',
    'is told at once that its token is revoked if it said that it can handle that',
    async () => {
      const claims = '{"access_token":{"xms_cc":{"values":["CP1"]}}}'
      const { fields, change } = await register({ roles: ['User.Read.All'] })
      const [told, plain] = [(await ask({ ...fields, claims })).json, (await ask(fields)).json]
      expect([told['expires_in'], plain['expires_in']]).toEqual([86_399, 3599])
      expect(decodeJwt(String(told['access_token']))['xms_cc']).toEqual(['cp1'])
      const users = (token: Json) =>
        client.send('/v1.0/users?$top=1', { headers: { authorization: `Bearer ${String(token['access_token'])}` } })
      expect((await users(told)).status).toBe(200)
      await change({ principal: 'disabled' })
      expect((await users(plain)).status).toBe(200)
      const refused = await users(told)
      expect([refused.status, refused.json['error']!['code']]).toEqual([401, 'InvalidAuthenticationToken'])
      const challenge =
        /^Bearer realm="", authorization_uri="([^"]+)", client_id="([^"]+)", error="insufficient_claims", claims="([\w+/=]+)"$/.exec(
          refused.headers['www-authenticate']!,
        )!
      expect(challenge[2]).toBe(fields.client_id)
      const wanted = JSON.parse(Buffer.from(challenge[3]!, 'base64').toString()) as Json
      expect(Number(wanted['access_token']!['nbf']!['value'])).toBeCloseTo(Date.now() / 1000, -2)
    },
  )

  behavior(
    'documentation',
    'gets a token of ordinary life for other services than Graph, whatever it can handle',
    async () => {
      const claims = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
      const answer = await ask({ ...good(), scope: 'https://manage.office.com/.default', claims })
      expect(answer.json['expires_in']).toBe(3599)
      expect((await ask({ ...good(), claims: '{"access_token":' })).json['error_codes']).toEqual([9_002_313])
    },
  )

  it('is refused by the door where it does not exist or is told nonsense', async () => {
    const { change } = await register()
    const wrong = [{ principal: 'gone' }, { roles: ['No.Such'] }, { redirectUris: 'x' }, { userRoles: { a: 1 } }]
    for (const body of wrong) expect((await change(body)).status).toBe(400)
    expect((await client.send('/_emu/applications/nobody', { method: 'PATCH', body: {} })).status).toBe(404)
  })
})

describe('the signing keys', () => {
  it('can be rotated: the new one signs, and tokens of the one before are still believed, those of older ones not', async () => {
    const keys = async () => (await client.send(`/${client.tenant.id}/discovery/v2.0/keys`)).json['keys']!
    const token = String((await ask(good())).json['access_token'])
    const users = () => client.send('/v1.0/users?$top=1', { headers: { authorization: `Bearer ${token}` } })
    const { kid } = (await client.send('/_emu/signing-keys', { method: 'POST' })).json
    expect((await keys())[0]).toMatchObject({ kid, use: 'sig', kty: 'RSA', x5c: [expect.any(String)] })
    expect(decodeProtectedHeader(String((await ask(good())).json['access_token'])).kid).toBe(kid)
    expect((await users()).status).toBe(200)
    for (const _ of [1, 2]) await client.send('/_emu/signing-keys', { method: 'POST' })
    expect([...(await keys())]).toHaveLength(3)
    expect((await users()).status).toBe(401)
  })
})
