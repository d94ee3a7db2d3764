import { afterAll, beforeAll, expect, it } from 'vitest'

import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

let cordon: Cordon
beforeAll(async () => {
  cordon = await startCordon()
})
afterAll(() => cordon.stop())

const create = (body: object, token?: string) => cordon.call('POST', '/users', { body, ...(token && { token }) })

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
