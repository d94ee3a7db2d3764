import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { startEmulator } from '#index.ts'
import type { Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let user: string

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off' })
  client = clientOf(emulator)
  user = `/users/${String((await client.graph('/v1.0/users?$top=1')).json['value']![0]!['id'])}`
})
beforeEach(() => client.send('/_emu/reset', { method: 'POST' }))
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const get = (path: string, version = 'v1.0') => client.graph(`/${version}${user}${path}`)
const send = (method: string, path: string, body?: object) =>
  client.graph(`/v1.0${user}${path}`, { method, ...(body ? { body } : {}) })
const make = async (displayName: string, above = '') =>
  (await send('POST', `/mailFolders${above}`, { displayName })).json
const names = async (path: string) =>
  [...(await get(path)).json['value']!].map(({ displayName }) => String(displayName))
const codeOf = ({ status, json }: { status: number; json: Json }) => [status, json['error']!['code']]

describe('mail folders', () => {
  behavior('documentation', 'are made, renamed, moved and listed below each other', async () => {
    const top = await make('Cases')
    const below = await make('Case 1', `/${String(top['id'])}/childFolders`)
    expect(below).toMatchObject({ parentFolderId: top['id'], totalItemCount: 0, isHidden: false })
    const renamed = await send('PATCH', `/mailFolders/${String(below['id'])}`, { displayName: 'Case one' })
    expect(renamed.json).toMatchObject({ displayName: 'Case one', id: below['id'] })
    expect((await get(`/mailFolders/${String(top['id'])}`)).json['childFolderCount']).toBe(1)
    const moved = await send('POST', `/mailFolders/${String(below['id'])}/move`, { destinationId: 'inbox' })
    expect([moved.status, moved.json['displayName']]).toEqual([201, 'Case one'])
    expect(await names('/mailFolders/inbox/childFolders')).toEqual(['Case one'])
  })

  behavior('documentation', 'cannot have the name of a neighbor', async () => {
    await make('Twin')
    expect(codeOf(await send('POST', '/mailFolders', { displayName: 'TWIN' }))).toEqual([409, 'ErrorFolderExists'])
  })

  behavior('documentation', 'that Outlook made cannot be deleted, renamed or moved', async () => {
    expect(codeOf(await send('DELETE', '/mailFolders/inbox'))).toEqual([403, 'ErrorDeleteDistinguishedFolder'])
    expect((await send('PATCH', '/mailFolders/inbox', { displayName: 'Mine' })).status).toBe(403)
    expect((await send('POST', '/mailFolders/sentitems/move', { destinationId: 'inbox' })).status).toBe(403)
  })

  behavior('inferred', 'go below Deleted Items when deleted, and from there for good', async () => {
    const folder = await make('Old')
    const [message] = [...(await get('/mailFolders/inbox/messages?$top=1')).json['value']!]
    await send('POST', `/messages/${String(message!['id'])}/move`, { destinationId: String(folder['id']) })
    expect((await send('DELETE', `/mailFolders/${String(folder['id'])}`)).status).toBe(204)
    expect(await names('/mailFolders/deleteditems/childFolders')).toEqual(['Old'])
    expect((await send('DELETE', `/mailFolders/${String(folder['id'])}`)).status).toBe(204)
    expect(codeOf(await get(`/mailFolders/${String(folder['id'])}`))).toEqual([404, 'ErrorItemNotFound'])
    const recoverable = [...(await get('/mailFolders/recoverableitemsdeletions/messages')).json['value']!]
    expect(recoverable.map(({ internetMessageId }) => internetMessageId)).toContain(message!['internetMessageId'])
  })

  behavior('documentation', 'deleted for good are removed, with their mail in Purges', async () => {
    const folder = await make('Burn')
    const [message] = [...(await get('/mailFolders/inbox/messages?$top=1')).json['value']!]
    await send('POST', `/messages/${String(message!['id'])}/move`, { destinationId: String(folder['id']) })
    expect((await send('POST', `/mailFolders/${String(folder['id'])}/permanentDelete`)).status).toBe(204)
    expect((await get(`/mailFolders/${String(folder['id'])}`)).status).toBe(404)
    const purged = [...(await get('/mailFolders/recoverableitemspurges/messages')).json['value']!]
    expect(purged.map(({ internetMessageId }) => internetMessageId)).toEqual([message!['internetMessageId']])
  })

  behavior('documentation', 'are copied with what lies in and below them', async () => {
    const { json } = await get('/mailFolders?$top=50')
    const projects = [...json['value']!].find(({ displayName }) => String(displayName) === 'Projects')!
    const copy = await send('POST', `/mailFolders/${String(projects['id'])}/copy`, { destinationId: 'archive' })
    expect(copy.status).toBe(201)
    const [before, after] = await Promise.all(
      [projects['id'], copy.json['id']].map(async (id) => (await get(`/mailFolders/${String(id)}/childFolders`)).json),
    )
    const counts = (list: Json) => [...list['value']!].map((each) => [each['displayName'], each['totalItemCount']])
    expect(counts(after!)).toEqual(counts(before!))
  })

  behavior('documentation', 'can be searches: what they show is what their filter finds', async () => {
    const body = {
      '@odata.type': 'microsoft.graph.mailSearchFolder',
      displayName: 'Unread',
      includeNestedFolders: true,
      sourceFolderIds: ['msgfolderroot'],
      filterQuery: 'isRead eq false',
    }
    const made = await send('POST', '/mailFolders/searchfolders/childFolders', body)
    expect(made.json).toMatchObject({ '@odata.type': '#microsoft.graph.mailSearchFolder', isSupported: true })
    const shown = [...(await get(`/mailFolders/${String(made.json['id'])}/messages?$top=100`)).json['value']!]
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.every(({ isRead }) => String(isRead) === 'false')).toBe(true)
    const bad = { ...body, displayName: 'Bad', filterQuery: 'colour eq 1' }
    const wrong = await send('POST', '/mailFolders/searchfolders/childFolders', bad)
    expect(wrong.status).toBe(400)
  })

  behavior('documentation', 'say their well-known name in beta only', async () => {
    expect((await get('/mailFolders/inbox', 'beta')).json['wellKnownName']).toBe('inbox')
    expect((await get('/mailFolders/inbox')).json).not.toHaveProperty('wellKnownName')
    const made = await make('Ordinary')
    expect((await get(`/mailFolders/${String(made['id'])}`, 'beta')).json['wellKnownName']).toBeNull()
  })

  behavior('captured', 'of the online archive are out of reach: its name gives the mailbox itself', async () => {
    const [archive, root] = await Promise.all([
      get('/mailFolders/archivemsgfolderroot'),
      get('/mailFolders/msgfolderroot'),
    ])
    expect(archive.json['id']).toBe(root.json['id'])
  })

  it('answer bad input with an error of the service', async () => {
    expect((await send('POST', '/mailFolders', { displayName: '' })).status).toBe(400)
    expect((await send('POST', '/mailFolders', { displayName: 7 })).status).toBe(400)
    expect((await get('/mailFolders/..%2f..%2fetc%2fpasswd')).status).toBe(400)
    expect((await get('/mailFolders?$top=1001')).status).toBe(400)
    const folder = await make('Self')
    const into = await send('POST', `/mailFolders/${String(folder['id'])}/move`, {
      destinationId: String(folder['id']),
    })
    expect(codeOf(into)).toEqual([400, 'ErrorMoveCopyFailed'])
  })
})
