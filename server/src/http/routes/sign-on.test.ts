import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'

import { type Claims, type ForgingLogin, startForgingLogin } from '#connect/testing/forging-login.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import { VOUCHED_DAYS } from '#domain/user.ts'
import { ADMINISTRATOR, type Cordon, startCordon } from '#http/testing/start-cordon.ts'
import { createVisitor, type Visitor } from '#http/testing/visitor.ts'

/** People signing in with Microsoft: through the emulated sign-in service, and with answers that it would never give. */

const ORIGIN = 'https://cordon.example'
const BACK = `${ORIGIN}/api/sign-on/callback`
const MINUTE_MS = 60_000
const QUIET = '--no-live --throttle off --scenario none --org 200'.split(' ')
const Application = z.object({ clientId: z.string(), secret: z.string() })
const People = z.object({ value: z.array(z.object({ id: z.string(), userPrincipalName: z.string() })) })

let folder: string
let emulator: Emulator
let login: ForgingLogin
let cordon: Cordon
let application: z.infer<typeof Application>
let visitor: Visitor
let directory: string
let person: { id: string; userPrincipalName: string }
let people: (typeof person)[]
let aheadMs = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-sign-on-'))
  emulator = await startEmulator(QUIET)
  login = await startForgingLogin(emulator, folder)
  directory = emulator.tenants[0]!.id
  const reader = emulator.client()
  const path = '/v1.0/users?$top=150&$filter=accountEnabled%20eq%20true'
  people = (await reader.json({ what: 'people', api: 'graph', path }, People)).value
  application = Application.parse(await emulator.request('/applications', { name: 'Cordon', redirectUris: [BACK] }))
  cordon = await startCordon({
    cloudFile: login.cloudFile,
    clock: { now: () => systemClock.now() + aheadMs },
    settings: {
      CORDON_URL: ORIGIN,
      CORDON_SIGN_ON_CLIENT_ID: application.clientId,
      CORDON_SIGN_ON_SECRET: application.secret,
      CORDON_SIGN_ON_TENANTS: `Contoso=${directory}`,
      CORDON_SIGN_ON_CLOUD: 'emulated',
    },
  })
})
afterAll(async () => {
  await cordon?.stop()
  await login?.stop()
  await emulator?.stop()
  await rm(folder, { recursive: true, force: true })
})

let next = 0
beforeEach(async () => {
  // Somebody new each time, so that no test finds what another has left.
  person = people[next++]!
  await assign('Cordon.Analyst')
  visitor = createVisitor(cordon, login.ca)
})
afterEach(async () => {
  login.forge = undefined
  aheadMs = 0
  await visitor.close()
})

const assign = (...roles: string[]) =>
  emulator.request(`/applications/${application.clientId}`, { userRoles: { [person.id]: roles } }, 'PATCH')
const signIn = (to?: string) => visitor.signIn(directory, person.userPrincipalName, to)
const ways = async () => (await visitor.open('/sign-on')).body
const problem = async () => (await ways())['problem'] as Record<string, unknown> | undefined
const session = async () => (await visitor.open('/session')).body
const users = async () => (await cordon.call('GET', '/users')).body['users'] as Record<string, unknown>[]
const found = async () => (await users()).find(({ name }) => name === person.userPrincipalName)
const audited = async (action: string) =>
  ((await cordon.call('GET', `/audit?action=${action}`)).body['entries'] as Record<string, unknown>[])[0]

describe('the sign-in page', () => {
  it('offers the directories and passwords, and no secret', async () => {
    expect(await ways()).toEqual({ passwords: true, directories: [{ id: directory, name: 'Contoso' }] })
  })

  it('sends a browser to the directory with PKCE, state and nonce, none of them twice the same', async () => {
    const [one, other] = [await visitor.start(directory), await visitor.start(directory)]
    expect(one.href).toMatch(`${login.origin}/${directory}/oauth2/v2.0/authorize?`)
    expect(Object.fromEntries(one.searchParams)).toMatchObject({
      client_id: application.clientId,
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: BACK,
      scope: 'openid profile',
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.searchParams.get(name)?.length).toBeGreaterThanOrEqual(43)
      expect(one.searchParams.get(name)).not.toBe(other.searchParams.get(name))
    }
  })

  it('sends nobody to a directory that is not named in the settings', async () => {
    const answer = await visitor.open(`/sign-on/start?directory=${emulator.tenants[1]?.id ?? crypto.randomUUID()}`)
    expect([answer.status, answer.location]).toEqual([302, '/sign-in'])
    expect(await problem()).toMatchObject({ code: 'AUTH_SIGN_ON_OFF' })
  })
})

describe('somebody with an app role', () => {
  it('is made at the first sign-in with that role, and has a session like any other', async () => {
    const answer = await signIn()
    expect([answer.status, answer.location]).toEqual([302, `${ORIGIN}/`])
    const cookie = answer.setCookies.find((line) => line.startsWith('cordon_session='))
    expect(cookie).toMatch(/HttpOnly.*Secure.*SameSite=Strict|Secure.*HttpOnly.*SameSite=Strict/)
    const identity = { issuer: `${login.origin}/${directory}/v2.0`, subject: person.id }
    expect(await session()).toMatchObject({ user: { name: person.userPrincipalName, role: 'analyst', identity } })
    expect(await audited('session.create')).toMatchObject({
      actor: person.userPrincipalName,
      detail: { provider: 'entra', directoryId: directory },
    })
    const headers = {
      cookie: `cordon_session=${visitor.cookies.get('cordon_session')}`,
      'sec-fetch-site': 'same-origin',
    }
    expect((await cordon.call('DELETE', '/session', { token: null, headers })).status).toBe(204)
    expect((await visitor.open('/session')).status).toBe(401)
  })

  it('is the same person at the next sign-in, and has the highest of several roles', async () => {
    await signIn()
    const { id } = (await found())!
    await assign('Cordon.Viewer', 'Cordon.Responder', 'Something.Else')
    await signIn()
    expect(await found()).toMatchObject({ id, role: 'responder' })
  })

  it('has roles in the tenants that the values name, where Cordon holds them', async () => {
    const [held, other] = [crypto.randomUUID(), crypto.randomUUID()]
    await cordon.app.tenants.ensure(held as never, 'Held')
    await assign(`Cordon.Responder/${held.toUpperCase()}`, `Cordon.Viewer/${held}`, `Cordon.Administrator/${other}`)
    await signIn()
    expect(await found()).toMatchObject({ role: 'none', tenantRoles: { [held]: 'responder' } })
  })

  it('loses sessions and API tokens with a changed role, and everything with none', async () => {
    await assign('Cordon.Administrator')
    await signIn()
    const before = visitor.cookies.get('cordon_session')!
    const { id } = (await found())!
    const made = await cordon.app.apiTokens.create((await cordon.app.users.read(String(id)))!, {
      name: 'script',
      role: 'viewer',
      days: 365,
    })
    const byToken = async () => (await cordon.call('GET', '/session', { token: made.token })).status
    expect(await byToken()).toBe(200)
    await assign()
    const refused = await signIn()
    expect(refused.location).toBe('/sign-in')
    expect(await problem()).toMatchObject({ code: 'AUTH_SIGN_ON_ROLE_MISSING' })
    expect(await problem()).toBeUndefined()
    expect(await found()).toMatchObject({ id, role: 'none' })
    expect(await byToken()).toBe(401)
    visitor.cookies.set('cordon_session', before)
    expect((await visitor.open('/session')).status).toBe(401)
    expect(await audited('session.refuse')).toMatchObject({
      actor: person.userPrincipalName,
      detail: { provider: 'entra', subject: person.id, code: 'AUTH_SIGN_ON_ROLE_MISSING' },
    })
  })

  it('has API tokens that rest when nobody has vouched for them for long', async () => {
    await signIn()
    const owner = (await cordon.app.users.read(String((await found())!['id'])))!
    const { token } = await cordon.app.apiTokens.create(owner, { name: 'script', role: 'viewer', days: 365 })
    aheadMs = VOUCHED_DAYS * 24 * 60 * MINUTE_MS
    expect((await cordon.call('GET', '/session', { token })).status).toBe(401)
    aheadMs = 0
    expect((await cordon.call('GET', '/session', { token })).status).toBe(200)
  })

  it('stays out while disabled in Cordon, and comes back when enabled', async () => {
    await signIn()
    const { id } = (await found())!
    await cordon.call('PATCH', `/users/${id}`, { body: { isDisabled: true } })
    expect((await signIn()).location).toBe('/sign-in')
    expect(await problem()).toMatchObject({ code: 'AUTH_USER_DISABLED' })
    expect((await visitor.open('/session')).status).toBe(401)
    await cordon.call('PATCH', `/users/${id}`, { body: { isDisabled: false } })
    expect((await signIn()).location).toBe(`${ORIGIN}/`)
  })

  it('gets roles and password from nobody in Cordon', async () => {
    await signIn()
    const { id } = (await found())!
    const elsewhere = { status: 409, body: { code: 'USER_IDENTITY_ELSEWHERE' } }
    expect(await cordon.call('PATCH', `/users/${id}`, { body: { role: 'administrator' } })).toMatchObject(elsewhere)
    expect(await cordon.call('POST', `/users/${id}/password`)).toMatchObject(elsewhere)
    const body = { name: person.userPrincipalName, password: 'anything at all' }
    expect((await cordon.call('POST', '/session', { token: null, body })).status).toBe(401)
  })

  it('never becomes somebody who has the same name', async () => {
    const body = { name: person.userPrincipalName.toUpperCase(), role: 'administrator' }
    const local = (await cordon.call('POST', '/users', { body })).body
    await signIn()
    const { user } = (await session()) as { user: Record<string, unknown> }
    expect(user).toMatchObject({
      role: 'analyst',
      name: `${person.userPrincipalName} (${person.id.slice(0, 8)})`,
    })
    expect(user['id']).not.toBe(local['id'])
  })

  it('is known by the object ID alone: whoever gets the name next is somebody else', async () => {
    await signIn()
    const { id } = (await found())!
    login.forge = (claims) => login.sign({ ...claims, oid: crypto.randomUUID() })
    await signIn()
    const { user } = (await session()) as { user: Record<string, unknown> }
    expect(user['id']).not.toBe(id)
  })

  it('is refused without any role, and no person is made', async () => {
    await assign('Cordon.administrator', 'cordon.Viewer', 'Cordon.Administrator/', 'Cordon.Analyst/nonsense', 'Other')
    await signIn()
    expect(await problem()).toMatchObject({ code: 'AUTH_SIGN_ON_ROLE_MISSING' })
    expect(await found()).toBeUndefined()
  })

  it('is told what Microsoft says when Microsoft says no', async () => {
    const page = await visitor.start(directory)
    const state = page.searchParams.get('state')!
    const said = { error: 'access_denied', error_description: 'AADSTS65004: User declined to consent.', state }
    await visitor.open(`/sign-on/callback?${new URLSearchParams(said)}`)
    expect(await problem()).toMatchObject({
      code: 'AUTH_SIGN_ON_REFUSED',
      microsoft: { service: 'entra', code: 'AADSTS65004' },
    })
  })
})

describe('the page to go to afterwards', () => {
  it('is the one that was asked for', async () => {
    expect((await signIn('/tenants/x/alerts?severity=high#top')).location).toBe(
      `${ORIGIN}/tenants/x/alerts?severity=high#top`,
    )
  })

  it('is a plan with the whole proof that a link for its approver carries', async () => {
    const page = `/tenants/x/action-runs/y?proof=${'aZ09-_'.repeat(150)}`
    expect((await signIn(page)).location).toBe(`${ORIGIN}${page}`)
  })

  it('is kept when the sign-in fails', async () => {
    await assign()
    expect((await signIn('/people')).location).toBe('/sign-in?next=%2Fpeople')
  })

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example',
    '/\t/evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://cordon.example@evil.example/',
    'https://cordon.example.evil.example/',
    '/.//evil.example',
    'http://cordon.example/',
  ])('is none of another site: %j', async (to) => {
    const { location } = await signIn(to)
    expect(new URL(location).origin).toBe(ORIGIN)
  })

  it('is none of another site whatever is asked for', async () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '..',
      '.',
      ':',
      '@',
      'https',
      'evil.example',
      '\t',
      '\n',
      '?',
      '#',
      '%2f',
      ' ',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const { ticket } = await cordon.app.signOn.begin(directory, pieces.join(''))
        const place = { address: crypto.randomUUID(), userAgent: '' }
        const { next: page } = await cordon.app.signOn.finish('?', ticket, place)
        expect(new URL(page).origin).toBe(ORIGIN)
      }),
      { numRuns: 100 },
    )
  })
})

describe('an answer that was not asked for', () => {
  const answered = async (change: (query: URLSearchParams) => void) => {
    const query = new URLSearchParams(await visitor.signInAt(await visitor.start(directory), person.userPrincipalName))
    change(query)
    await visitor.open(`/sign-on/callback?${query}`)
    return { problem: await problem(), session: (await visitor.open('/session')).status }
  }
  const invalid = { problem: { code: 'AUTH_SIGN_ON_INVALID' }, session: 401 }

  it('is refused without a state, with another one and with two', async () => {
    expect(await answered((query) => query.delete('state'))).toMatchObject(invalid)
    expect(await answered((query) => query.set('state', 'x'.repeat(43)))).toMatchObject(invalid)
    expect(await answered((query) => query.append('state', 'x'))).toMatchObject(invalid)
  })

  it('is refused without a code, and with one that Entra does not know', async () => {
    expect(await answered((query) => query.delete('code'))).toMatchObject(invalid)
    expect(await answered((query) => query.set('code', 'made-up'))).toMatchObject({
      problem: { code: 'AUTH_SIGN_ON_REFUSED', microsoft: { code: 'AADSTS9002313' } },
      session: 401,
    })
  })

  it('is refused in a browser that did not begin, or that began another one since', async () => {
    const search = await visitor.signInAt(await visitor.start(directory), person.userPrincipalName)
    const other = createVisitor(cordon, login.ca)
    await other.open(`/sign-on/callback${search}`)
    expect((await other.open('/sign-on')).body).toMatchObject({ problem: { code: 'AUTH_SIGN_ON_INVALID' } })
    await other.start(directory)
    await other.open(`/sign-on/callback${search}`)
    expect((await other.open('/session')).status).toBe(401)
    await other.close()
  })

  it('is refused with the verifier of another sign-in: the code is of no use to who has stolen it', async () => {
    const stolen = new URLSearchParams(await visitor.signInAt(await visitor.start(directory), person.userPrincipalName))
    const thief = createVisitor(cordon, login.ca)
    const state = (await thief.start(directory)).searchParams.get('state')!
    await thief.open(`/sign-on/callback?${new URLSearchParams({ code: stolen.get('code')!, state })}`)
    expect((await thief.open('/sign-on')).body).toMatchObject({
      problem: { code: 'AUTH_SIGN_ON_REFUSED', microsoft: { code: 'AADSTS501481' } },
    })
    await thief.close()
  })

  it('is refused a second time, even with the cookie of the first', async () => {
    const search = await visitor.signInAt(await visitor.start(directory), person.userPrincipalName)
    const ticket = visitor.cookies.get('cordon_sign_on')!
    await visitor.open(`/sign-on/callback${search}`)
    expect(visitor.cookies.has('cordon_sign_on')).toBe(false)
    const again = createVisitor(cordon, login.ca)
    again.cookies.set('cordon_sign_on', ticket)
    await again.open(`/sign-on/callback${search}`)
    expect((await again.open('/sign-on')).body).toMatchObject({
      problem: { code: 'AUTH_SIGN_ON_REFUSED', microsoft: { code: 'AADSTS54005' } },
    })
    await again.close()
  })

  it('is refused after ten minutes, and with a cookie that somebody made up', async () => {
    const search = await visitor.signInAt(await visitor.start(directory), person.userPrincipalName)
    const ticket = visitor.cookies.get('cordon_sign_on')!
    aheadMs = 10 * MINUTE_MS
    await visitor.open(`/sign-on/callback${search}`)
    expect(await problem()).toMatchObject({ code: 'AUTH_SIGN_ON_INVALID' })
    aheadMs = 0
    for (const made of [
      `${ticket.slice(0, -4)}AAAA`,
      'nonsense',
      visitor.cookies.get('cordon_sign_on_problem') ?? '',
    ]) {
      visitor.cookies.set('cordon_sign_on', made)
      await visitor.open(`/sign-on/callback${search}`)
      expect((await visitor.open('/session')).status).toBe(401)
    }
  })
})

describe('an ID token that is not to be believed', () => {
  const HOUR = 3600
  const now = () => Math.floor(Date.now() / 1000)
  const forged: [string, (claims: Claims) => string][] = [
    ['signed by nobody', (claims) => `${login.sign(claims, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['said to be signed by nobody', (claims) => login.sign(claims, { alg: 'none' })],
    ['signed with the public key as a secret', (claims) => login.signWithPublicKey(claims)],
    ['of another algorithm than was agreed', (claims) => login.sign(claims, { alg: 'PS256' })],
    ['with a key that nobody published', (claims) => login.sign(claims, { kid: 'unknown' })],
    ['with a key of the directory that did not sign it', (claims) => login.sign(claims).replace(/[^.]+$/, 'AAAA')],
    ['for another application', (claims) => login.sign({ ...claims, aud: crypto.randomUUID() })],
    ['of another issuer', (claims) => login.sign({ ...claims, iss: 'https://evil.example/v2.0' })],
    ['of another directory', (claims) => login.sign({ ...claims, tid: crypto.randomUUID() })],
    ['without a directory', (claims) => login.sign({ ...claims, tid: undefined })],
    ['without an object ID', (claims) => login.sign({ ...claims, oid: undefined })],
    ['without a name', (claims) => login.sign({ ...claims, preferred_username: undefined })],
    ['for another sign-in', (claims) => login.sign({ ...claims, nonce: 'another' })],
    ['for no sign-in', (claims) => login.sign({ ...claims, nonce: undefined })],
    ['that has expired', (claims) => login.sign({ ...claims, exp: now() - HOUR })],
    ['that never expires', (claims) => login.sign({ ...claims, exp: undefined })],
    ['that is not good yet', (claims) => login.sign({ ...claims, nbf: now() + HOUR })],
    ['that is no token', () => 'nonsense'],
    ['with roles that are no list', (claims) => login.sign({ ...claims, roles: 'Cordon.Administrator' })],
  ]

  it('would be believed from this key with nothing changed', async () => {
    login.forge = (claims) => login.sign(claims)
    expect((await signIn()).location).toBe(`${ORIGIN}/`)
  })

  it.each(forged)('is refused: one %s', async (_, forge) => {
    login.forge = forge
    expect((await signIn()).location).toBe('/sign-in')
    const told = await problem()
    expect(told).toMatchObject({ code: 'AUTH_SIGN_ON_INVALID' })
    expect(JSON.stringify(told)).not.toMatch(/eyJ/)
    expect((await visitor.open('/session')).status).toBe(401)
    expect(await found()).toBeUndefined()
  })

  it.each([
    ['four minutes ahead', 4, `${ORIGIN}/`],
    ['four minutes behind', -4, `${ORIGIN}/`],
    ['six minutes behind', -6, '/sign-in'],
  ])('is told from a good one by a clock that is %s', async (_, minutes, location) => {
    aheadMs = minutes * MINUTE_MS
    expect((await signIn()).location).toBe(location)
  })

  it('is one that ended more than five minutes ago', async () => {
    login.forge = (claims) => login.sign({ ...claims, exp: now() - 240 })
    expect((await signIn()).location).toBe(`${ORIGIN}/`)
    login.forge = (claims) => login.sign({ ...claims, exp: now() - 360 })
    expect((await signIn()).location).toBe('/sign-in')
  })
})

describe('keys of the directory', () => {
  it('are read anew at every sign-in: one that was made a moment ago is known', async () => {
    expect((await signIn()).location).toBe(`${ORIGIN}/`)
    await emulator.request('/signing-keys', {})
    expect((await signIn()).location).toBe(`${ORIGIN}/`)
  })

  it('are asked for only when Entra has given a token for the code', async () => {
    const state = (await visitor.start(directory)).searchParams.get('state')!
    login.asked.length = 0
    await visitor.open(`/sign-on/callback?${new URLSearchParams({ code: 'made-up', state })}`)
    await visitor.open('/sign-on/callback?code=made-up')
    expect(login.asked).toEqual([`/${directory}/oauth2/v2.0/token`])
  })
})

describe('what nobody learns', () => {
  it('is the secret, the code or a token: none is in replies, in the audit log or among the users', async () => {
    login.forge = (claims) => login.sign({ ...claims, nonce: 'another' })
    await signIn()
    login.forge = undefined
    const answer = await signIn()
    const { text } = await cordon.call('GET', '/audit')
    const told = [text, JSON.stringify(await users()), JSON.stringify(await session()), JSON.stringify(answer)].join()
    expect(told).not.toContain(application.secret)
    expect(told).not.toMatch(/eyJ[\w-]+\.|code_verifier|id_token|"1\.ey/)
  })
})

it('pauses an address after many failures, and writes nothing down from then on', async () => {
  const place = { address: '192.0.2.7', userAgent: '' }
  const entries = async () =>
    (await cordon.call('GET', '/audit?action=session.refuse&limit=100')).body['entries'] as unknown[]
  for (let i = 0; i < 50; i++) await cordon.app.signOn.finish('?code=x&state=y', undefined, place)
  const before = await entries()
  expect(await cordon.app.signOn.finish('?code=x&state=y', undefined, place)).toMatchObject({
    error: { code: 'AUTH_RATE_LIMITED' },
  })
  expect(await entries()).toEqual(before)
  expect((await signIn()).location).toBe(`${ORIGIN}/`)
})

it('works with a certificate, and lets nobody in with a password where those are off', async () => {
  const own = emulator.tenants[0]!.applications.find(({ certificateFile }) => certificateFile !== undefined)!
  const pair = await Promise.all([own.certificateFile!, own.keyFile!].map((file) => readFile(file, 'utf8')))
  const certificateFile = join(folder, 'pair.pem')
  await writeFile(certificateFile, pair.join(''))
  const userRoles = { [person.id]: ['Cordon.Viewer'] }
  await emulator.request(`/applications/${own.clientId}`, { userRoles }, 'PATCH')
  const other = await startCordon({
    cloudFile: login.cloudFile,
    settings: {
      CORDON_URL: ORIGIN,
      CORDON_SIGN_ON_CLIENT_ID: own.clientId,
      CORDON_SIGN_ON_CERTIFICATE_FILE: certificateFile,
      CORDON_SIGN_ON_TENANTS: directory,
      CORDON_SIGN_ON_CLOUD: 'emulated',
      CORDON_PASSWORDS: 'off',
    },
  })
  const there = createVisitor(other, login.ca)
  onTestFinished(async () => {
    await there.close()
    await other.stop()
  })
  expect((await there.open('/sign-on')).body).toMatchObject({ passwords: false })
  expect(await other.call('POST', '/session', { token: null, body: ADMINISTRATOR })).toMatchObject({
    status: 403,
    body: { code: 'AUTH_PASSWORDS_OFF' },
  })
  expect((await there.signIn(directory, person.userPrincipalName)).location).toBe(`${ORIGIN}/`)
  expect((await there.open('/session')).body).toMatchObject({ user: { role: 'viewer' } })
})

it('lets administrators with a password in beside it', async () => {
  expect((await cordon.call('POST', '/session', { token: null, body: ADMINISTRATOR })).status).toBe(200)
})
