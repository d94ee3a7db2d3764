import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import { startEmulator } from '#index.ts'
import type { Json } from '#testing/client.ts'

const { emulator, client } = await cloudOf({ live: 'off' })
const recipients = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]

const batch = (requests: unknown) =>
  client.graph('/v1.0/$batch', { mayBeMissing: true, method: 'POST', body: { requests } as object })
const parts = (answer: { json: Json }) =>
  new Map([...answer.json['responses']!].map((part) => [String(part['id']), part]))

describe('Graph $batch', () => {
  behavior('documentation', 'answers each part with its own status, and nothing promises their order', async () => {
    const requests = recipients.slice(0, 18).map((one, i) => ({
      id: String(i),
      method: 'GET',
      url: `/users/${one['userId']}/messages/${one['messageId']}?$select=id`,
    }))
    const answer = await batch([
      ...requests,
      { id: 'missing', method: 'GET', url: '/users/nobody' },
      {
        id: 'mime',
        method: 'GET',
        url: `/users/${recipients[0]!['userId']}/messages/${recipients[0]!['messageId']}/$value`,
      },
    ])
    const found = parts(answer)
    expect(found.size).toBe(20)
    expect([...found.keys()]).not.toEqual([...requests.map(({ id }) => id), 'missing', 'mime'])
    for (const { id } of requests)
      expect(found.get(id)).toMatchObject({ status: 200, body: { id: recipients[Number(id)]!['messageId'] } })
    expect(found.get('missing')).toMatchObject({ status: 404, body: { error: { code: 'Request_ResourceNotFound' } } })
    expect(Buffer.from(String(found.get('mime')!['body']), 'base64').toString()).toContain('Subject: ')
  })

  behavior(
    'documentation',
    'runs parts side by side, but mail and calendar four at a time whatever their mailboxes',
    async () => {
      const slow = await startEmulator({ live: 'off', latencyMs: 300 })
      const { graph, send, close } = clientOf(slow)
      const { recipients: owners } = (await send('/_emu/ground-truth/phish')).json as unknown as { recipients: Json[] }
      const requests = owners.slice(0, 5).map(({ userId }, i) => ({
        id: String(i),
        method: 'GET',
        url: i < 4 ? `/users/${owners[0]!['userId']}/messages?$top=1` : `/users/${userId}/mailFolders('inbox')`,
      }))
      // While four of the batch are under way in a mailbox, a fifth request is one too many. It may come before them, or on a
      // slow machine after them: then it is tried again.
      const sideBySide = async () => {
        const [batched, fifth, other] = await Promise.all([
          graph('/v1.0/$batch', { method: 'POST', body: { requests } }),
          graph(`/v1.0/users/${owners[0]!['userId']}/messages?$top=1`),
          graph(`/v1.0/users/${owners[4]!['userId']}/messages?$top=1`),
        ])
        return { statuses: [...batched.json['responses']!].map(({ status }) => status), fifth, other }
      }
      let seen = await sideBySide()
      for (let again = 0; again < 20 && seen.fifth.status === 200; again++) seen = await sideBySide()
      const { statuses, fifth, other } = seen
      expect([fifth.status, fifth.json['error']?.['code'], other.status]).toEqual([429, 'ApplicationThrottled', 200])
      expect(statuses).toEqual([200, 200, 200, 200, 200])
      close()
      await slow.stop()
    },
  )

  behavior(
    'documentation',
    'runs a part after those it depends on, and not at all when one of them failed',
    async () => {
      const { userId, messageId } = recipients[2]!
      const move = {
        method: 'POST',
        url: `/users/${userId}/messages/${messageId}/move`,
        headers: { 'Content-Type': 'application/json' },
      }
      const found = parts(
        await batch([
          { id: 'b', dependsOn: ['a'], method: 'GET', url: `/users/${userId}/messages/${messageId}` },
          { id: 'c', dependsOn: ['b'], method: 'GET', url: '/organization' },
          { id: 'a', ...move, body: { destinationId: 'deleteditems' } },
        ]),
      )
      expect([found.get('a')!['status'], found.get('b')!['status'], found.get('c')!['status']]).toEqual([201, 404, 424])
    },
  )

  it('fails a part by a fault of its own', async () => {
    const unjudged = clientOf(emulator, { judged: false })
    const rule = {
      match: { path: '/organization', times: 1 },
      do: { status: 429, headers: { 'Retry-After': '3' }, body: { error: { code: 'TooManyRequests' } } },
    }
    await client.send('/_emu/faults', { method: 'POST', body: { rules: [rule] } })
    const two = ['1', '2'].map((id) => ({ id, method: 'GET', url: '/organization' }))
    const found = parts(await unjudged.graph('/v1.0/$batch', { method: 'POST', body: { requests: two } }))
    unjudged.close()
    expect(found.get('1')).toMatchObject({ status: 429, headers: { 'Retry-After': '3' } })
    expect(found.get('2')!['status']).toBe(200)
  })

  it.each<[string, unknown]>([
    ['21 parts', Array.from({ length: 21 }, (_, i) => ({ id: String(i), method: 'GET', url: '/organization' }))],
    ['no parts', []],
    ['the same id in other case', ['a', 'A'].map((id) => ({ id, method: 'GET', url: '/organization' }))],
    ['an unknown dependency', [{ id: 'a', dependsOn: ['z'], method: 'GET', url: '/organization' }]],
    [
      'a circle',
      [
        { id: 'a', dependsOn: ['b'], method: 'GET', url: '/' },
        { id: 'b', dependsOn: ['a'], method: 'GET', url: '/' },
      ],
    ],
    ['a body without a type', [{ id: 'a', method: 'POST', url: '/users/a/messages/b/move', body: {} }]],
    ['parts that are no list', 'x'],
    ['a part that is nothing', [null]],
  ])('as a whole is refused for %s', async (_, requests) => {
    const answer = await batch(requests)
    expect([answer.status, answer.json['error']!['code']]).toEqual([400, 'BadRequest'])
  })

  behavior('inferred', 'answers a part that tries to leave the version root with that part alone', async () => {
    const found = parts(
      await batch([
        { id: '1', method: 'GET', url: '/../../_emu/journal' },
        { id: '2', method: 'GET', url: '/users/%zz' },
      ]),
    )
    expect(found.get('1')!['status']).toBe(501)
    expect(found.get('2')!['status']).toBe(400)
  })
})
