import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'

const { client } = await cloudOf({ live: 'off' })
const ask = await client.withRoles(['MailboxSettings.Read', 'MailboxSettings.ReadWrite', 'User.Read.All'])
const users = [...(await ask('/v1.0/users?$top=999&$select=id,displayName')).json['value']!]
const user = `/v1.0/users/${String(users[0]!['id'])}`
const shared = `/v1.0/users/${String(users.find(({ displayName }) => String(displayName) === 'Service Desk')!['id'])}`

const patch = (body: object) => ask(`${user}/mailboxSettings`, { method: 'PATCH', body })

describe('mailbox settings', () => {
  behavior(
    'documentation',
    'tell language, hours, automatic replies and what the mailbox is for, but no forwarding',
    async () => {
      const { json } = await ask(`${user}/mailboxSettings`)
      expect(json).toMatchObject({
        userPurpose: 'user',
        automaticRepliesSetting: { externalAudience: expect.any(String) },
      })
      expect(Object.keys(json).filter((name) => /forward/i.test(name))).toEqual([])
      expect((await ask(`${shared}/mailboxSettings/userPurpose`)).json['value']).toBe('shared')
      expect((await ask(`${user}/mailboxSettings/language`)).json).toMatchObject(json['language']!)
      expect((await ask(`${user}/mailboxSettings?$select=timeZone`)).json).toEqual({
        '@odata.context': expect.any(String),
        timeZone: json['timeZone'],
      })
    },
  )

  behavior('documentation', 'can be changed in parts', async () => {
    const before = (await ask(`${user}/mailboxSettings`)).json
    const reply = { status: 'Scheduled', internalReplyMessage: 'Gone fishing', externalAudience: 'none' }
    const times = {
      scheduledStartDateTime: { dateTime: '2026-12-01T08:00:00', timeZone: 'UTC' },
      scheduledEndDateTime: { dateTime: '2026-12-03T08:00:00', timeZone: 'UTC' },
    }
    const changed = await patch({ automaticRepliesSetting: { ...reply, ...times }, language: { locale: 'de-DE' } })
    expect(changed.json).toMatchObject({
      automaticRepliesSetting: { status: 'scheduled', internalReplyMessage: 'Gone fishing' },
      language: { locale: 'de-DE', displayName: 'German (Germany)' },
      workingHours: before['workingHours'],
    })
    const hours = { workingHours: { startTime: '07:00:00', daysOfWeek: ['Monday'] } }
    expect((await patch(hours)).json['workingHours']).toMatchObject({
      startTime: '07:00:00.0000000',
      daysOfWeek: ['monday'],
    })
  })

  it('refuse values that are none', async () => {
    const status = async (body: object) => (await patch(body)).status
    expect(await status({})).toBe(400)
    expect(await status({ timeZone: 'Middle Earth Time' })).toBe(400)
    expect(await status({ automaticRepliesSetting: { status: 'sometimes' } })).toBe(400)
    expect(await status({ workingHours: { startTime: '25:00:00' } })).toBe(400)
    expect(await status({ forwardingSmtpAddress: 'a@b.example' })).toBe(400)
    const backwards = {
      status: 'scheduled',
      scheduledStartDateTime: { dateTime: '2026-12-03T08:00:00', timeZone: 'UTC' },
      scheduledEndDateTime: { dateTime: '2026-12-01T08:00:00', timeZone: 'UTC' },
    }
    expect(await status({ automaticRepliesSetting: backwards })).toBe(400)
  })

  behavior('documentation', 'need a permission of their own', async () => {
    const reader = await client.withRoles(['Mail.ReadWrite'])
    expect((await reader(`${user}/mailboxSettings`)).json['error']).toMatchObject({ code: 'ErrorAccessDenied' })
  })
})

describe('master categories', () => {
  behavior('documentation', 'are listed, made, recolored and removed; a name stays as it is', async () => {
    const all = `${user}/outlook/masterCategories`
    expect([...(await ask(all)).json['value']!]).toHaveLength(6)
    const make = (displayName: string) => ask(all, { method: 'POST', body: { displayName, color: 'preset9' } })
    const made = await make('Reviewed')
    expect([made.status, made.json['color']]).toEqual([201, 'preset9'])
    expect((await make('REVIEWED')).status).toBe(409)
    const one = `${all}/${String(made.json['id'])}`
    expect((await ask(one, { method: 'PATCH', body: { color: 'preset2' } })).json['color']).toBe('preset2')
    expect((await ask(one, { method: 'PATCH', body: { displayName: 'Else' } })).status).toBe(400)
    expect((await ask(one, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(one)).status).toBe(404)
  })
})
