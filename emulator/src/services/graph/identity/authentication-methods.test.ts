import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Answer, Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off', epoch: Date.UTC(2026, 10, 20, 12), frozen: true, throttle: 'off' })
const ask = await client.withRoles(['UserAuthenticationMethod.ReadWrite.All', 'User.Read.All'])

const later = (advanceMs = 5_000) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })
const values = ({ json }: Answer): Json[] => [...json['value']!]
const ofUser = async (index: number) => {
  const user = values(await ask('/v1.0/users?$top=999&$select=id'))[index]!
  return `/v1.0/users/${user['id']}/authentication`
}

describe('authentication methods', () => {
  behavior(
    'documentation',
    'are of many kinds, each saying what it is, the password with the same id for everybody',
    async () => {
      const kinds = new Set<string>()
      for (let index = 8; index < 60; index++) {
        const methods = values(await ask(`${await ofUser(index)}/methods`))
        for (const method of methods)
          kinds.add(String(method['@odata.type']).replace(/^#microsoft\.graph\.|AuthenticationMethod$/g, ''))
        expect(methods.map(({ id }) => String(id))).toContain('28c10230-6103-485e-b985-444c60001490')
      }
      expect([...kinds]).toEqual(
        expect.arrayContaining(['password', 'phone', 'microsoftAuthenticator', 'fido2', 'windowsHelloForBusiness']),
      )
    },
  )

  behavior('documentation', 'of one kind are listed and deleted by themselves', async () => {
    let path = ''
    let found: Json[] = []
    for (let index = 8; found.length === 0; index++) {
      path = `${await ofUser(index)}/microsoftAuthenticatorMethods`
      found = values(await ask(path))
    }
    const { id } = found[0]!
    expect((await ask(`${path}/${id}`)).json['deviceTag']).toBe('SoftwareTokenActivated')
    expect((await ask(`${path.replace('microsoftAuthenticator', 'phone')}/${id}`, { method: 'DELETE' })).status).toBe(
      404,
    )
    expect((await ask(`${path}/${id}`, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect(values(await ask(path))).toEqual([])
    expect((await ask(`${path}/${id}`, { method: 'DELETE' })).status).toBe(404)
  })

  behavior('documentation', 'can be a temporary pass, told once, one at a time, that expires', async () => {
    const path = `${await ofUser(20)}/temporaryAccessPassMethods`
    const made = await ask(path, { method: 'POST', body: { lifetimeInMinutes: 60, isUsableOnce: false } })
    expect([made.status, typeof made.json['temporaryAccessPass']]).toEqual([201, 'string'])
    const second = await ask(path, { method: 'POST', body: {} })
    await later()
    const listed = values(await ask(path))
    expect(listed.map(({ id, temporaryAccessPass, isUsable }) => [id, temporaryAccessPass, isUsable])).toEqual([
      [second.json['id'], null, true],
    ])
    await later(2 * 3_600_000)
    expect(values(await ask(path))[0]).toMatchObject({ isUsable: false, methodUsabilityReason: 'Expired' })
  })

  behavior('documentation', 'of the phone are added, one of each type', async () => {
    const path = `${await ofUser(21)}/phoneMethods`
    const body = { phoneNumber: '+31 105550199', phoneType: 'alternateMobile' }
    expect((await ask(path, { method: 'POST', body })).json['id']).toBe('b6332ec1-7057-4abe-9331-3d72feddfe41')
    expect((await ask(path, { method: 'POST', body })).status).toBe(400)
    await later()
    expect(values(await ask(path)).map(({ phoneType }) => String(phoneType))).toContain('alternateMobile')
  })

  behavior(
    'documentation',
    'do not let an application reset a password: only a signed-in administrator may',
    async () => {
      const path = `${await ofUser(22)}/methods/28c10230-6103-485e-b985-444c60001490/resetPassword`
      const answer = await ask(path, { method: 'POST', body: { newPassword: 'Breakwater-12' } })
      expect(answer.status).toBe(403)
    },
  )

  it.each([
    ['GET', 'methods/nothing', undefined, 404],
    ['DELETE', 'phoneMethods/nothing', undefined, 404],
    ['POST', 'phoneMethods', {}, 400],
    ['POST', 'phoneMethods', { phoneType: 'mobile', phoneNumber: 'call me' }, 400],
    ['POST', 'temporaryAccessPassMethods', { lifetimeInMinutes: 5 }, 400],
    ['POST', 'temporaryAccessPassMethods', { lifetimeInMinutes: 'long' }, 400],
    ['POST', 'emailMethods', { emailAddress: 7 }, 400],
  ])('%s %s with %j is answered with %d', async (method, end, body, status) => {
    expect((await ask(`${await ofUser(23)}/${end}`, { method, ...(body ? { body } : {}) })).status).toBe(status)
  })
})
