import { createHash, randomBytes, randomUUID } from 'node:crypto'

import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JSONWebKeySet } from 'jose'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { USER_ADMINISTRATOR } from '#world/roles.ts'
import { startEmulator } from '#index.ts'
import type { Answer, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let app: Json
let person: Json

const BACK = 'https://app.example/signed-in'
const ROLES = ['Analyst']
const GRAPH = 'https://graph.microsoft.com'

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off' })
  client = clientOf(emulator)
  person = (await client.graph('/v1.0/users?$top=1')).json['value']![0]!
  app = await register({ redirectUris: [BACK, 'http://localhost/back'], userRoles: { [String(person['id'])]: ROLES } })
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const register = async (body: object) => (await client.send('/_emu/applications', { method: 'POST', body })).json
const base = () => `/${client.tenant.id}/oauth2/v2.0`

const verifier = randomBytes(32).toString('base64url')
const asked = (change: Record<string, string | undefined> = {}) => {
  const all: Record<string, string | undefined> = {
    client_id: String(app['clientId']),
    response_type: 'code',
    redirect_uri: BACK,
    scope: 'openid profile email offline_access',
    state: 'st&te',
    nonce: 'n1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  }
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return new URLSearchParams(given).toString()
}
const authorize = (change: Record<string, string | undefined> = {}, headers: Record<string, string> = {}) =>
  client.send(`${base()}/authorize?${asked(change)}`, { headers })
const submit = (fields: Record<string, string>, change: Record<string, string | undefined> = {}) =>
  client.send(`${base()}/authorize?${asked(change)}`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
  })
const signIn = (change: Record<string, string | undefined> = {}) =>
  submit({ user: String(person['userPrincipalName']) }, change)
const sentTo = (answer: Answer) => new URL(answer.headers['location']!)
const redeem = (fields: Record<string, string | undefined>) => {
  const all: Record<string, string | undefined> = {
    grant_type: 'authorization_code',
    client_id: String(app['clientId']),
    client_secret: String(app['secret']),
    redirect_uri: BACK,
    code_verifier: verifier,
    ...fields,
  }
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return client.send(`${base()}/token`, { method: 'POST', body: new URLSearchParams(given).toString() })
}
const code = async () => sentTo(await signIn()).searchParams.get('code')!

describe('a sign-in of a person', () => {
  behavior('documentation', 'leads from the page back to the application with a code and the state', async () => {
    const page = await authorize()
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.body.toString()).toContain(`value="${String(person['userPrincipalName'])}"`)
    const answer = await signIn()
    expect([answer.status, sentTo(answer).origin + sentTo(answer).pathname]).toEqual([302, BACK])
    expect(sentTo(answer).searchParams.get('state')).toBe('st&te')
    expect(sentTo(answer).searchParams.get('session_state')).not.toBeNull()
  })

  behavior('documentation', 'gives tokens for the code: who it is, with name, tenant, roles and nonce', async () => {
    const { status, json } = await redeem({ code: await code() })
    expect([status, Object.keys(json).sort()]).toEqual([
      200,
      ['access_token', 'expires_in', 'ext_expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'],
    ])
    const discovery = (await client.send(`/${client.tenant.id}/v2.0/.well-known/openid-configuration`)).json
    const keys = (await client.send(String(discovery['jwks_uri']))).json as unknown as JSONWebKeySet
    const { payload } = await jwtVerify(String(json['id_token']), createLocalJWKSet(keys), {
      issuer: String(discovery['issuer']),
      audience: String(app['clientId']),
    })
    expect(payload).toMatchObject({
      oid: person['id'],
      tid: client.tenant.id,
      preferred_username: person['userPrincipalName'],
      name: person['displayName'],
      email: person['mail'],
      roles: ROLES,
      nonce: 'n1',
      ver: '2.0',
    })
    const info = await client.send(String(discovery['userinfo_endpoint']), {
      headers: { authorization: `Bearer ${String(json['access_token'])}` },
    })
    expect(info.json).toMatchObject({ sub: payload.sub, name: person['displayName'], email: person['mail'] })
  })

  behavior('documentation', 'can be renewed with a refresh token, without asking the person', async () => {
    const first = (await redeem({ code: await code() })).json
    const refresh = { grant_type: 'refresh_token', code_verifier: undefined, redirect_uri: undefined }
    const second = await redeem({ ...refresh, refresh_token: String(first['refresh_token']) })
    expect(second.json).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) })
    const wrong = await redeem({ ...refresh, refresh_token: 'x' })
    expect([wrong.json['error'], wrong.json['error_codes']]).toEqual(['invalid_grant', [9_002_313]])
  })

  behavior('documentation', 'gives tokens once for a code, to who holds the verifier and the address', async () => {
    const used = await code()
    expect((await redeem({ code: used, client_secret: 'wrong' })).json['error_codes']).toEqual([7_000_215])
    expect((await redeem({ code: used })).status).toBe(200)
    expect((await redeem({ code: used })).json).toMatchObject({ error: 'invalid_grant', error_codes: [54_005] })
    const tries: [Record<string, string | undefined>, number][] = [
      [{ code_verifier: 'x'.repeat(43) }, 501_481],
      [{ code_verifier: undefined }, 501_481],
      [{ redirect_uri: 'https://app.example/other' }, 500_112],
      [{ code: 'nonsense' }, 9_002_313],
    ]
    for (const [change, number] of tries)
      expect((await redeem({ code: await code(), ...change })).json['error_codes']).toEqual([number])
  })

  behavior('documentation', 'is answered in the query, in the fragment or as a form, as asked', async () => {
    expect(sentTo(await signIn({ response_mode: 'fragment' })).hash).toMatch(/^#code=.+&state=st%26te$/)
    const form = (await signIn({ response_mode: 'form_post' })).body.toString()
    expect(form).toContain(`<form method="post" action="${BACK}">`)
    expect(form).toMatch(/name="code" value="[\w.-]+"/)
    expect(form).toContain('name="state" value="st&#38;te"')
  })

  behavior('documentation', 'needs nobody to click again in the same browser, until the session ends', async () => {
    const cookie = (await signIn()).headers['set-cookie']!.toString().split(';')[0]!
    expect(sentTo(await authorize({ prompt: 'none' }, { cookie })).searchParams.get('code')).not.toBeNull()
    expect((await authorize({ prompt: 'select_account' }, { cookie })).status).toBe(200)
    const none = sentTo(await authorize({ prompt: 'none' }))
    expect(none.searchParams.get('error')).toBe('login_required')
    expect(none.searchParams.get('error_description')).toMatch(/^AADSTS50058: /)
    const out = await client.send(`${base()}/logout?post_logout_redirect_uri=${encodeURIComponent(BACK)}`)
    expect([out.status, out.headers['location']]).toEqual([302, BACK])
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0')
  })

  behavior('documentation', 'is refused on a page where the application or its address is wrong', async () => {
    const wrong: [Record<string, string | undefined>, string][] = [
      [{ redirect_uri: 'https://evil.example/' }, 'AADSTS50011'],
      [{ redirect_uri: 'javascript:alert(1)' }, 'AADSTS50011'],
      [{ client_id: randomUUID() }, 'AADSTS700016'],
      [{ client_id: undefined }, 'AADSTS900144'],
    ]
    for (const [change, text] of wrong) {
      const answer = await authorize(change)
      expect([answer.status, answer.headers['location']]).toEqual([400, undefined])
      expect(answer.body.toString()).toContain(text)
    }
  })

  behavior(
    'documentation',
    'is refused at the application where the request is wrong or the person says no',
    async () => {
      const wrong: [Record<string, string | undefined>, string][] = [
        [{ response_type: 'id_token' }, 'unsupported_response_type'],
        [{ response_type: 'magic' }, 'unsupported_response_type'],
        [{ response_mode: 'pigeon' }, 'invalid_request'],
        [{ code_challenge_method: 'S512' }, 'invalid_request'],
        [{ code_challenge: 'short' }, 'invalid_request'],
        [{ prompt: 'please' }, 'invalid_request'],
        [{ scope: undefined }, 'invalid_request'],
        [{ scope: 'openid https://graph.microsoft.com/Mail.Read' }, 'consent_required'],
      ]
      for (const [change, word] of wrong)
        expect([change, sentTo(await authorize(change)).searchParams.get('error')]).toEqual([change, word])
      const declined = sentTo(await submit({ cancel: '1' }))
      expect(declined.searchParams.get('error')).toBe('access_denied')
      expect(declined.searchParams.get('state')).toBe('st&te')
    },
  )

  behavior('documentation', 'may come back to any port of a registered loopback address', async () => {
    expect(sentTo(await signIn({ redirect_uri: 'http://localhost:5123/back' })).port).toBe('5123')
    expect((await signIn({ redirect_uri: 'http://localhost:5123/other' })).status).toBe(400)
  })

  behavior('documentation', 'is not for any tenant where the application is made for one', async () => {
    const answer = await client.send(`/common/oauth2/v2.0/authorize?${asked()}`)
    expect(answer.body.toString()).toContain('AADSTS50194')
  })

  behavior('inferred', 'does not work for somebody unknown or disabled, and the page says why', async () => {
    expect((await submit({ user: '<b>nobody' })).body.toString()).toContain(
      'AADSTS50034: The user account &#60;b&#62;nobody',
    )
    const filter = encodeURIComponent('accountEnabled eq false')
    const disabled = (await client.graph(`/v1.0/users?$filter=${filter}&$select=userPrincipalName`)).json['value']!
    const names = [...disabled].map((each) => String(each['userPrincipalName']))
    const answers = await Promise.all(names.map((user) => submit({ user })))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(answers.some(({ body }) => body.toString().includes('AADSTS50057'))).toBe(true)
  })

  behavior('documentation', 'stands in the sign-in log afterwards', async () => {
    await signIn()
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 4 * 3_600_000 } })
    const logs = await client.withRoles(['AuditLog.Read.All', 'Directory.Read.All'])
    const filter = encodeURIComponent(`appId eq '${String(app['clientId'])}'`)
    const found = await logs(`/v1.0/auditLogs/signIns?$filter=${filter}`)
    expect(found.json['value']![0]).toMatchObject({ userId: person['id'], status: { errorCode: 0 } })
  })
})

describe('a person whom an administrator has touched', () => {
  behavior(
    'documentation',
    'is not signed in again with what was allowed before the sessions were revoked',
    async () => {
      const made = await register({})
      const own = { client_id: String(made['clientId']), client_secret: String(made['secret']) }
      const signedIn = await signIn({ client_id: own.client_id })
      const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
      const tokens = (await redeem({ ...own, code: sentTo(signedIn).searchParams.get('code')! })).json
      const refresh = { grant_type: 'refresh_token', code_verifier: undefined, redirect_uri: undefined, ...own }
      const renew = () => redeem({ ...refresh, refresh_token: String(tokens['refresh_token']) })
      expect((await renew()).status).toBe(200)
      const admin = await client.withRoles(['User.RevokeSessions.All'])
      await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 1000 } })
      await admin(`/v1.0/users/${String(person['id'])}/revokeSignInSessions`, { method: 'POST' })
      expect((await renew()).json).toMatchObject({ error: 'invalid_grant', error_codes: [50_173] })
      expect(
        sentTo(await authorize({ client_id: own.client_id, prompt: 'none' }, { cookie })).searchParams.get('error'),
      ).toBe('login_required')
    },
  )

  behavior('documentation', 'is not signed in while the account is disabled', async () => {
    const admin = await client.withRoles(['User.ReadWrite.All', 'User.EnableDisableAccount.All'], GRAPH, [
      USER_ADMINISTRATOR,
    ])
    const enable = (accountEnabled: boolean) =>
      admin(`/v1.0/users/${String(other['id'])}`, { method: 'PATCH', body: { accountEnabled } })
    const other = (await client.graph('/v1.0/users?$top=40')).json['value']![39]!
    const user = String(other['userPrincipalName'])
    const answer = await submit({ user })
    expect((await enable(false)).status).toBe(204)
    expect((await submit({ user })).body.toString()).toContain('AADSTS50057')
    const late = await redeem({ code: sentTo(answer).searchParams.get('code')! })
    expect(late.json).toMatchObject({ error: 'invalid_grant', error_codes: [50_057] })
    await enable(true)
    expect((await submit({ user })).status).toBe(302)
  })
})

describe('userinfo', () => {
  behavior('documentation', 'is only for tokens that a person was signed in for', async () => {
    const token = await client.tokenFor(String(app['clientId']), String(app['secret']), 'https://graph.microsoft.com')
    for (const headers of [{}, { authorization: `Bearer ${token}` }, { authorization: 'Bearer nonsense' }]) {
      const answer = await client.send('/oidc/userinfo', { headers })
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"'])
    }
  })
})

describe('passwords', () => {
  it('are asked for where the emulator was told to, and told by a door', async () => {
    const strict = await startEmulator({ live: 'off', passwords: true })
    const other = clientOf(strict)
    const made = (await other.send('/_emu/applications', { method: 'POST', body: {} })).json
    const user = String(person['userPrincipalName'])
    const query = asked({ client_id: String(made['clientId']) })
    const path = `/${other.tenant.id}/oauth2/v2.0/authorize?${query}`
    const log = (password: string) =>
      other.send(path, { method: 'POST', body: new URLSearchParams({ user, password }).toString() })
    expect((await log('guess')).body.toString()).toContain('AADSTS50126')
    const { password } = (await other.send(`/_emu/passwords?user=${user}`)).json
    expect((await log(String(password))).status).toBe(302)
    const admin = await other.withRoles(['User.ReadWrite.All', 'User-PasswordProfile.ReadWrite.All'], GRAPH, [
      USER_ADMINISTRATOR,
    ])
    const passwordProfile = { password: 'An0ther-one!', forceChangePasswordNextSignIn: false }
    const changed = await admin(`/v1.0/users/${user}`, { method: 'PATCH', body: { passwordProfile } })
    expect(changed.status).toBe(204)
    expect((await log(String(password))).body.toString()).toContain('AADSTS50126')
    expect((await log('An0ther-one!')).status).toBe(302)
    expect((await other.send('/_emu/passwords?user=nobody')).status).toBe(404)
    other.close()
    await strict.stop()
  })
})

describe('the consent of an administrator', () => {
  const ask = (version: string, query: Record<string, string>, body?: string, tenant = client.tenant.id) =>
    client.send(
      `/${tenant}/${version}adminconsent?${new URLSearchParams(query).toString()}`,
      body === undefined ? {} : { method: 'POST', body },
    )

  behavior('documentation', 'grants what the registration asks for and leads back with the tenant', async () => {
    const made = await register({ name: 'Asks <much>', requestedRoles: ['Mail.Read', 'User.Read.All'] })
    const query = { client_id: String(made['clientId']), redirect_uri: BACK, state: '7' }
    expect((await ask('', query)).body.toString()).toMatch(/Asks &#60;much&#62;[^]*Mail\.Read/)
    const token = () => client.tokenFor(String(made['clientId']), String(made['secret']), 'https://graph.microsoft.com')
    const users = async () =>
      (await client.send('/v1.0/users?$top=1', { headers: { authorization: `Bearer ${await token()}` } })).status
    expect(await users()).toBe(403)
    const answer = await ask('', query, 'accept=1')
    expect(answer.headers['location']).toBe(`${BACK}?admin_consent=True&tenant=${client.tenant.id}&state=7`)
    expect(await users()).toBe(200)
  })

  behavior('documentation', 'grants what was asked for through Graph', async () => {
    const admin = await client.withRoles(['Application.ReadWrite.All'])
    const access = { id: '810c84a8-4a9e-49e6-bf7d-12d183f40d01', type: 'Role' }
    const requiredResourceAccess = [{ resourceAppId: '00000003-0000-0000-c000-000000000000', resourceAccess: [access] }]
    const body = { displayName: 'Reader', web: { redirectUris: [BACK] }, requiredResourceAccess }
    const made = (await admin('/v1.0/applications', { method: 'POST', body })).json
    expect(made['requiredResourceAccess']).toEqual(requiredResourceAccess)
    const query = { client_id: String(made['appId']), redirect_uri: BACK }
    expect((await ask('', query)).body.toString()).toContain('Mail.Read')
    await ask('', query, 'accept=1')
    await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 120_000 } })
    const grants = await admin(`/v1.0/servicePrincipals(appId='${query.client_id}')/appRoleAssignments`)
    expect(grants.json['value']).toMatchObject([{ appRoleId: access.id }])
    const wrong = [{ resourceAppId: 'x', resourceAccess: [] }]
    const patch = { method: 'PATCH', body: { requiredResourceAccess: wrong } }
    expect((await admin(`/v1.0/applications/${String(made['id'])}`, patch)).status).toBe(400)
  })

  behavior('documentation', 'can be refused, and is told so', async () => {
    const query = { client_id: String(app['clientId']), redirect_uri: BACK, state: '8' }
    const scope = 'https://graph.microsoft.com/.default'
    const answer = sentTo(await ask('v2.0/', { ...query, scope }, 'cancel=1'))
    expect(Object.fromEntries(answer.searchParams)).toEqual({
      error: 'permission_denied',
      error_description: 'The admin canceled the request',
      state: '8',
    })
    expect((await ask('v2.0/', query)).body.toString()).toContain('AADSTS900144')
    expect((await ask('', { ...query, redirect_uri: 'https://evil.example/' })).status).toBe(400)
  })

  it('brings an application of several tenants into another one, where it then logs in', async () => {
    const two = await startEmulator({ live: 'off', tenants: 2 })
    const other = clientOf(two)
    const [home, guest] = two.tenants.map(({ id }) => id)
    const body = { multiTenant: true, requestedRoles: ['User.Read.All'] }
    const made = (await other.send('/_emu/applications', { method: 'POST', body })).json
    const fields = {
      grant_type: 'client_credentials',
      client_id: String(made['clientId']),
      client_secret: String(made['secret']),
      scope: 'https://graph.microsoft.com/.default',
    }
    const log = async (tenant: string) =>
      other.send(`/${tenant}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(fields).toString() })
    expect([(await log(home!)).status, (await log(guest!)).json['error_codes']]).toEqual([200, [700_016]])
    const query = new URLSearchParams({ client_id: String(made['clientId']), redirect_uri: BACK }).toString()
    await other.send(`/${guest!}/adminconsent?${query}`, { method: 'POST', body: 'accept=1' })
    const token = String((await log(guest!)).json['access_token'])
    const organization = await other.send('/v1.0/users?$top=1', { headers: { authorization: `Bearer ${token}` } })
    expect(organization.status).toBe(200)
    other.close()
    await two.stop()
  })
})
