import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'
import { ADMINISTRATOR, type Cordon, startCordon } from '#http/testing/start-cordon.ts'

const HERE = parseTenantId('11111111-1111-4111-8111-111111111111')!
const ELSEWHERE = parseTenantId('22222222-2222-4222-8222-222222222222')!

let cordon: Cordon
beforeAll(async () => {
  cordon = await startCordon()
  await cordon.app.tenants.ensure(HERE, 'Here')
  await cordon.app.tenants.ensure(ELSEWHERE, 'Elsewhere')
})
afterAll(() => cordon.stop())

const create = (body: object) => cordon.call('POST', '/users', { body })

it('adds somebody who can sign in with the password that is shown once', async () => {
  const made = await create({ name: 'Ben', role: 'responder' })
  expect(made).toMatchObject({ status: 201, body: { name: 'Ben', role: 'responder' } })
  const body = { name: 'ben', password: made.body['password'] }
  const signedIn = await cordon.call('POST', '/session', { token: null, body })
  expect(signedIn.body['user']).toMatchObject({ name: 'Ben', role: 'responder' })
  const listed = await cordon.call('GET', '/users')
  expect(listed.text).not.toMatch(/password|hash/i)
  expect(listed.body['users']).toMatchObject([{ name: 'admin' }, { name: 'Ben' }])
})

it('does not show a password that was given, and refuses one too short and a name that is taken', async () => {
  const given = await create({ name: 'cleo', role: 'analyst', password: 'correct horse' })
  expect(given.body).not.toHaveProperty('password')
  expect(await create({ name: 'dan', role: 'analyst', password: 'short' })).toMatchObject({ status: 400 })
  expect(await create({ name: 'CLEO', role: 'viewer' })).toMatchObject({
    status: 409,
    body: { code: 'USER_NAME_TAKEN' },
  })
})

describe('somebody with a session and a token', () => {
  const password = 'first password'
  let id: string
  let name: string
  let token: string
  let session: Record<string, string>

  const signIn = async (with_ = password) => {
    const answer = await cordon.call('POST', '/session', { token: null, body: { name, password: with_ } })
    const cookie = String(answer.headers['set-cookie'] ?? '').split(';')[0]!
    return { status: answer.status, headers: { cookie, 'sec-fetch-site': 'same-origin' } }
  }
  const bySession = async (headers = session) => (await cordon.call('GET', '/session', { token: null, headers })).status
  const byToken = async () => (await cordon.call('GET', '/session', { token })).status
  const change = (body: object, of = id) => cordon.call('PATCH', `/users/${of}`, { body })

  beforeEach(async () => {
    name = `Ana ${crypto.randomUUID()}`
    id = String((await create({ name, role: 'analyst', password })).body['id'])
    session = (await signIn()).headers
    const made = await cordon.call('POST', '/tokens', {
      token: null,
      headers: session,
      body: { name: 'robot', role: 'viewer' },
    })
    token = String(made.body['token'])
  })

  it('is let in', async () => {
    expect([await bySession(), await byToken()]).toEqual([200, 200])
  })

  it.each([
    ['gets another role', { role: 'viewer' }],
    ['gets a role in a tenant', { tenantRoles: { [HERE]: 'administrator' } }],
    ['is disabled', { isDisabled: true }],
  ])('is out at once when that person %s', async (_, body) => {
    expect((await change(body)).status).toBe(200)
    expect([await bySession(), await byToken()]).toEqual([401, 401])
    expect((await signIn()).status).toBe('isDisabled' in body ? 401 : 200)
  })

  it('is out at once when that person is removed', async () => {
    expect((await cordon.call('DELETE', `/users/${id}`)).status).toBe(204)
    expect([await bySession(), await byToken()]).toEqual([401, 401])
    expect((await cordon.call('DELETE', `/users/${id}`)).body['code']).toBe('USER_NOT_FOUND')
  })

  it('may sign in again when that person is no longer disabled', async () => {
    await change({ isDisabled: true })
    expect((await change({ isDisabled: false })).body).not.toHaveProperty('disabledAt')
    expect((await signIn()).status).toBe(200)
  })

  it('leaves in the audit log what was there before', async () => {
    await change({ role: 'none', tenantRoles: { [HERE]: 'responder' } })
    const [entry] = await cordon.app.audit.list(undefined, 1, { action: 'user.change' })
    expect(entry!.detail).toMatchObject({
      role: 'none',
      tenantRoles: { [HERE]: 'responder' },
      before: { role: 'analyst', tenantRoles: {}, disabled: false },
    })
  })

  it('sees the tenants in which there is a role, and which', async () => {
    await change({ role: 'none', tenantRoles: { [HERE]: 'responder' } })
    const { headers } = await signIn()
    const { body } = await cordon.call('GET', '/session', { token: null, headers })
    expect(body).toMatchObject({ user: { role: 'none' }, tenants: [{ id: HERE, role: 'responder' }] })
    expect(body['tenants']).toHaveLength(1)
  })

  it('gets no role in a tenant that does not exist', async () => {
    const answer = await change({ tenantRoles: { '33333333-3333-4333-8333-333333333333': 'viewer' } })
    expect([answer.status, answer.body['code'], await bySession()]).toEqual([404, 'TENANT_NOT_FOUND', 200])
  })

  it('changes the password with the old one, and every other session ends', async () => {
    const other = (await signIn()).headers
    const ask = (old: string) =>
      cordon.call('POST', '/session/password', {
        token: null,
        headers: session,
        body: { old, password: 'second password' },
      })
    expect((await ask('wrong')).body['code']).toBe('AUTH_CREDENTIALS_WRONG')
    expect((await ask(password)).status).toBe(204)
    expect([await bySession(), await bySession(other)]).toEqual([200, 401])
    expect([(await signIn()).status, (await signIn('second password')).status]).toEqual([401, 200])
  })

  it('cannot have the old password guessed through a session', async () => {
    const body = { old: 'guess', password: 'second password' }
    const ask = async () =>
      (await cordon.call('POST', '/session/password', { token: null, headers: session, body })).status
    for (let count = 0; count < 5; count += 1) expect(await ask()).toBe(401)
    expect(await ask()).toBe(429)
  })

  it('gets a new password of an administrator, and every session ends', async () => {
    const { body } = await cordon.call('POST', `/users/${id}/password`)
    expect(await bySession()).toBe(401)
    expect((await signIn()).status).toBe(401)
    expect((await signIn(String(body['password']))).status).toBe(200)
  })

  it('ends single sessions, the own and for administrators others’', async () => {
    const other = (await signIn()).headers
    const listed = await cordon.call('GET', '/sessions', { token: null, headers: session })
    const sessions = listed.body['sessions'] as { id: string; isCurrent: boolean; address: string }[]
    expect(sessions).toMatchObject([{ isCurrent: false, address: '127.0.0.1' }, { isCurrent: true }])
    const own = `/sessions/${sessions[0]!.id}`
    expect((await cordon.call('DELETE', own)).body['code']).toBe('AUTH_SESSION_NOT_FOUND')
    expect((await cordon.call('DELETE', own, { token: null, headers: session })).status).toBe(204)
    expect([await bySession(other), await bySession()]).toEqual([401, 200])
    expect((await cordon.call('DELETE', `/users/${id}/sessions/${sessions[1]!.id}`)).status).toBe(204)
    expect(await bySession()).toBe(401)
  })

  it('has tokens that say when they were used, and that administrators remove', async () => {
    await byToken()
    const { body } = await cordon.call('GET', `/users/${id}/tokens`)
    expect(body['tokens']).toMatchObject([{ name: 'robot', role: 'viewer', lastUsedAt: expect.any(String) }])
    const [made] = body['tokens'] as { id: string }[]
    expect((await cordon.call('DELETE', `/users/${id}/tokens/${made!.id}`)).status).toBe(204)
    expect(await byToken()).toBe(401)
  })

  it('makes no token that may do more, nor for other tenants', async () => {
    await change({ role: 'none', tenantRoles: { [HERE]: 'analyst' } })
    const { headers } = await signIn()
    const make = async (body: object) =>
      (await cordon.call('POST', '/tokens', { token: null, headers, body: { name: 'x', ...body } })).status
    expect(await make({ role: 'responder' })).toBe(403)
    expect(await make({ role: 'viewer', tenantIds: [ELSEWHERE] })).toBe(403)
    expect(await make({ role: 'analyst', rights: ['rule.write'] })).toBe(403)
    expect(await make({ role: 'analyst', rights: ['no.right'] })).toBe(403)
    expect(await make({ role: 'analyst', rights: ['alert.write'], tenantIds: [HERE] })).toBe(201)
  })
})

describe('the last administrator', () => {
  const last = () => cordon.administrator.id

  it.each([
    ['demoted', 'PATCH', { role: 'responder' }],
    ['disabled', 'PATCH', { isDisabled: true }],
    ['removed', 'DELETE', undefined],
  ])('cannot be %s', async (_, method, body) => {
    const answer = await cordon.call(method, `/users/${last()}`, { body })
    expect([answer.status, answer.body['code']]).toEqual([409, 'USER_LAST_ADMINISTRATOR'])
    expect((await cordon.call('POST', '/session', { token: null, body: ADMINISTRATOR })).status).toBe(200)
  })

  it('is not one who is disabled, nor the administrator of a tenant', async () => {
    const off = await create({ name: 'off', role: 'administrator' })
    await cordon.call('PATCH', `/users/${String(off.body['id'])}`, { body: { isDisabled: true } })
    await create({ name: 'here', role: 'none', tenantRoles: { [HERE]: 'administrator' } })
    expect((await cordon.call('DELETE', `/users/${last()}`)).body['code']).toBe('USER_LAST_ADMINISTRATOR')
  })

  it('is still there when two administrators remove each other at once', async () => {
    const second = String((await create({ name: 'second', role: 'administrator' })).body['id'])
    const users = cordon.app.users
    const settled = await Promise.allSettled([
      users.change(cordon.administrator, second, { role: 'viewer' }),
      users.change(cordon.administrator, last(), { role: 'viewer' }),
    ])
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})
