import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { ArchiveRequest, type MailHits, MessageView, PASSWORD_HEADER } from '@cordon/api'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { parse } from 'csv-parse/sync'
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { allOf } from '#domain/mail-filter.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'

/** Evidence of the emulated company's phish, over HTTP, and where its body must not be found. */

const Truth = z.object({ internetMessageId: z.string(), recipients: z.array(z.object({ userId: z.string() })).min(10) })

let emulator: Emulator
let microsoft: Microsoft
let cordon: Cordon
let folder: string
let tenant: string
let investigation: string
let hits: MailHits['hits']

beforeAll(async () => {
  ;[emulator, folder] = await Promise.all([
    startEmulator(['--no-live', '--throttle', 'off']),
    mkdtemp(join(tmpdir(), 'cordon-evidence-')),
  ])
  cordon = await startCordon({ cloudFile: emulator.cloudFile, folder })
  microsoft = emulator.client()
  ;({ tenant } = await connectCompany(cordon, emulator))
  const phish = Truth.parse(await emulator.request('/ground-truth/phish'))
  const started = await ask('POST', `${tenant}/investigations`, {
    name: 'Überweisung 请付款',
    filter: allOf({ 'internet-message-id': phish.internetMessageId }),
    targets: { kind: 'users', users: phish.recipients.slice(0, 6).map(({ userId }) => userId) },
  })
  investigation = `${tenant}/investigations/${String(started.body['id'])}`
  await until(
    () => ask('GET', investigation),
    ({ body }) => body['state'] === 'done',
  )
  hits = (await ask('GET', `${investigation}/hits`)).body['hits'] as MailHits['hits']
}, 120_000)
afterAll(async () => {
  // The last test has stopped it; after a failure before that, this does.
  await cordon?.stop().catch(() => {})
  await emulator?.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => emulator.request('/faults', undefined, 'DELETE'))

async function ask(method: string, path: string, body?: unknown) {
  const answer = await cordon.call(method, path, { body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`)
  return answer
}

const hitPath = (hit: { id: string }) => `${investigation}/hits/${hit.id}`
const graph = (hit: { userId: string; messageId: string }, suffix: string) =>
  `/v1.0/users/${hit.userId}/messages/${encodeURIComponent(hit.messageId)}${suffix}`
const IMMUTABLE = { Prefer: 'IdType="ImmutableId"' }

/** From now on Microsoft does not have the message. */
const lose = ({ userId }: { userId: string }) => {
  const body = { error: { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' } }
  return emulator.request('/faults', {
    rules: [{ match: { path: `/users/${userId}/messages/` }, do: { status: 404, body } }],
  })
}

async function download(method: string, path: string, body?: unknown) {
  const token = await cordon.token('responder')
  const answer = await request(`${cordon.url}/api${path}`, {
    method: method as 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(answer.statusCode).toBe(200)
  return { headers: answer.headers, bytes: new Uint8Array(await answer.body.arrayBuffer()) }
}

async function unzip(bytes: Uint8Array, password: string) {
  const entries = await new ZipReader(new Uint8ArrayReader(bytes), { password }).getEntries()
  const files = new Map<string, Uint8Array>()
  for (const entry of entries)
    if (!entry.directory) files.set(entry.filename, await entry.getData(new Uint8ArrayWriter()))
  return files
}

const PASSWORD = 'seven plain words'

/** Words of the phish's body, as a reader has them and as they travel. */
const BODY = ['will be held back', 'RGVhciBjb2xsZWFndWUs']

describe('rights', () => {
  it.each([
    ['look', () => `${hitPath(hits[0]!)}/look`],
    ['collecting messages', () => `${investigation}/export/eml`],
    ['STIX with content', () => `${investigation}/export/stix`],
  ])('without message.read there is no %s', async (_, path) => {
    for (const role of ['viewer', 'analyst'] as const) {
      const answer = await cordon.call('POST', path(), { token: await cordon.token(role), body: { reason: 'Case 7' } })
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'AUTH_RIGHT_MISSING', why: expect.stringContaining('message.read') },
      })
    }
  })

  it('a viewer has the tables, which hold nothing from inside a message', async () => {
    const token = await cordon.token('viewer')
    for (const query of [
      'format=csv',
      'format=csv&table=mailboxes',
      'format=csv&table=actions',
      'format=json',
      'format=stix',
    ]) {
      const answer = await cordon.call('GET', `${investigation}/export?${query}`, { token })
      expect(answer.status).toBe(200)
      for (const words of BODY) expect(answer.text).not.toContain(words)
    }
  })

  it('a look needs a reason that says something', async () => {
    for (const body of [{}, { reason: '' }, { reason: ' why ' }]) {
      const answer = await cordon.call('POST', `${hitPath(hits[0]!)}/look`, { body })
      expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
    }
  })
})

describe('a look', () => {
  it('shows headers, text and where links go, with nothing to click', async () => {
    const view = MessageView.parse((await ask('POST', `${hitPath(hits[0]!)}/look`, { reason: 'Case 7' })).body)
    expect(view.userPrincipalName).toBe(hits[0]!.userPrincipalName)
    expect(view.headers).toContainEqual({ name: 'Message-ID', value: hits[0]!.internetMessageId })
    expect(view.text).toContain(BODY[0])
    expect(view.links).toMatchObject([{ goesTo: expect.stringMatching(/^hxxps:\/\/[\w-]+\[\.\]example\//) }])
    expect(JSON.stringify(view)).not.toMatch(/https?:\/\//)
  })

  it('of what is not there says so', async () => {
    const look = (path: string) => cordon.call('POST', path, { body: { reason: 'Case 7' } })
    const unknown = '00000000-0000-4000-8000-000000000000'
    expect((await look(`${hitPath({ id: unknown })}/look`)).body['code']).toBe('HIT_NOT_FOUND')
    expect((await look(`${tenant}/investigations/${unknown}/hits/${hits[0]!.id}/look`)).body['code']).toBe(
      'INVESTIGATION_NOT_FOUND',
    )
  })

  it('at a mailbox in trouble tells no more than Microsoft’s status, even where the answer holds the message', async () => {
    const reply = { status: 400, headers: { 'content-type': 'text/plain' }, body: `Dear colleague, ${BODY.join(' ')}` }
    await emulator.request('/faults', { rules: [{ match: { path: '/messages/.*value' }, do: reply }] })
    const answer = await cordon.call('POST', `${hitPath(hits[0]!)}/look`, { body: { reason: 'Case 7' } })
    expect(answer.status).toBe(502)
    for (const words of BODY) expect(answer.text).not.toContain(words)
  })
})

describe('tables', () => {
  it('as CSV have a line for each hit under documented names', async () => {
    const { headers, bytes } = await download('GET', `${investigation}/export?format=csv`)
    expect(headers['content-disposition']).toMatch(/^attachment; filename="investigation-[\w-]+-hits\.csv"$/)
    const rows: Record<string, string>[] = parse(Buffer.from(bytes), { columns: true })
    expect(rows).toHaveLength(6)
    expect(rows[0]).toMatchObject({
      hitId: hits[0]!.id,
      mailbox: hits[0]!.userPrincipalName,
      subject: hits[0]!.subject,
    })
    const guide = await readFile(join(import.meta.dirname, '../../../../docs/guides/collect-evidence.md'), 'utf8')
    for (const name of Object.keys(rows[0]!)) expect(guide).toContain(`\`${name}\``)
  })

  it('as CSV keep text of any script and run no formula that a sender wrote', async () => {
    const subject = '=HYPERLINK("https://evil.example/","請付款 Überweisung")'
    const [{ userId }] = hits as [MailHits['hits'][number]]
    const draft = {
      subject,
      from: { emailAddress: { address: 'billing@phish.example' } },
      body: { contentType: 'text', content: 'x' },
    }
    const path = `/v1.0/users/${userId}/mailFolders/inbox/messages`
    await microsoft.send({ api: 'graph', method: 'POST', path, body: draft, what: 'No.' })
    const started = await ask('POST', `${tenant}/investigations`, {
      name: 'Formula',
      filter: allOf({ subject: 'Überweisung' }),
      targets: { kind: 'users', users: [userId] },
    })
    const formula = `${tenant}/investigations/${String(started.body['id'])}`
    await until(
      () => ask('GET', formula),
      ({ body }) => body['state'] === 'done',
    )
    const { bytes } = await download('GET', `${formula}/export?format=csv`)
    const rows: Record<string, string>[] = parse(Buffer.from(bytes), { columns: true })
    expect(rows.map((row) => row['subject'])).toEqual([`'${subject}`])
  })

  it('as JSON hold the investigation, its hits, mailboxes, runs and journal', async () => {
    const plan = { action: 'move-message-to-deleted-items', investigationId: investigation.split('/').at(-1) }
    await ask('POST', `${tenant}/action-runs`, plan)
    const { body } = await ask('GET', `${investigation}/export?format=json`)
    expect(body['investigation']).toMatchObject({ name: 'Überweisung 请付款' })
    expect((body['hits'] as object[]).length).toBe(6)
    expect((body['mailboxes'] as object[]).length).toBe(6)
    expect(body['actionRuns']).toMatchObject([{ action: plan.action }])
    expect(body['journal']).toHaveLength(6)
    const csv = (await ask('GET', `${investigation}/export?format=csv&table=actions`)).text
    expect(parse(csv, { columns: true })).toHaveLength(6)
  })

  it('of an investigation that is not there are no empty file', async () => {
    const path = `${tenant}/investigations/00000000-0000-4000-8000-000000000000/export?format=csv`
    expect(await cordon.call('GET', path)).toMatchObject({ status: 404, body: { code: 'INVESTIGATION_NOT_FOUND' } })
  })
})

describe('STIX', () => {
  const Objects = z.object({ objects: z.array(z.looseObject({ type: z.string(), id: z.string() })) })
  const typesOf = (bundle: string) => Objects.parse(JSON.parse(bundle)).objects.map(({ type }) => type)

  it('is the same to the byte when exported again, and tells links only to who may look', async () => {
    const [first, second] = [
      await ask('GET', `${investigation}/export?format=stix`),
      await ask('GET', `${investigation}/export?format=stix`),
    ]
    expect(first!.headers['content-type']).toBe('application/stix+json;version=2.1')
    expect(first!.text).toBe(second!.text)
    expect(typesOf(first!.text)).not.toContain('url')
    const looked = await ask('POST', `${investigation}/export/stix`, { reason: 'Case 7' })
    expect(typesOf(looked.text)).toContain('url')
  })
})

describe('messages as EML', () => {
  it('come in a ZIP whose password the server makes up and says once', async () => {
    const { headers, bytes } = await download('POST', `${investigation}/export/eml`, { reason: 'Case 7' })
    const password = String(headers[PASSWORD_HEADER.toLowerCase()])
    expect(password).toMatch(/^\w{5}(-\w{5}){3}$/)
    const files = await unzip(bytes, password)
    expect(files.size).toBe(7)
    for (const hit of hits) {
      const mime = await microsoft.send({ api: 'graph', path: graph(hit, '/$value'), headers: IMMUTABLE, what: 'No.' })
      expect(Buffer.from(files.get(`messages/${hit.id}.eml`)!)).toEqual(mime.body)
    }
    await expect(unzip(bytes, 'another password')).rejects.toThrow('password')
  })

  it('say in the manifest where each is from, and which is gone, and why', async () => {
    const [gone, ...left] = hits.slice(-3) as [MailHits['hits'][number], ...MailHits['hits']]
    await lose(gone)
    const asked = ArchiveRequest.parse({
      reason: 'Case 7',
      password: PASSWORD,
      hitIds: hits.slice(-3).map(({ id }) => id),
    })
    const { headers, bytes } = await download('POST', `${investigation}/export/eml`, asked)
    expect(headers[PASSWORD_HEADER.toLowerCase()]).toBeUndefined()
    const files = await unzip(bytes, PASSWORD)
    const manifest = JSON.parse(Buffer.from(files.get('manifest.json')!).toString()) as {
      collectedBy: string
      reason: string
      messages: { hitId: string; file: string; sha256: string; userPrincipalName: string; subject: string }[]
      missing: { hitId: string; code: string; why: string }[]
    }
    expect(manifest).toMatchObject({ collectedBy: 'admin', reason: 'Case 7' })
    expect(manifest.messages.map(({ hitId }) => hitId)).toEqual(left.map(({ id }) => id))
    for (const { file, sha256 } of manifest.messages) {
      expect(createHash('sha256').update(files.get(file)!).digest('hex')).toBe(sha256)
    }
    expect(manifest.missing).toMatchObject([
      { hitId: gone.id, code: 'CONNECT_NOT_FOUND', why: expect.stringContaining('ErrorItemNotFound') },
    ])

    const looked = await cordon.call('POST', `${hitPath(gone)}/look`, { body: { reason: 'Case 7' } })
    expect(looked.body).toMatchObject({ code: 'CONNECT_NOT_FOUND', microsoft: { code: 'ErrorItemNotFound' } })
  })

  it('refuse a hit of another investigation and a password that is guessed soon', async () => {
    const eml = (body: object) =>
      cordon.call('POST', `${investigation}/export/eml`, { body: { reason: 'Case 7', ...body } })
    expect(await eml({ hitIds: ['none'] })).toMatchObject({ status: 404, body: { code: 'HIT_NOT_FOUND' } })
    expect(await eml({ password: 'short' })).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  })
})

describe('over the command line', () => {
  const id = () => investigation.split('/').at(-1)!

  async function cordonCommand(...args: string[]) {
    const program = join(import.meta.dirname, '../../cli/main.ts')
    const env = { ...process.env, NO_COLOR: '1', CORDON_URL: cordon.url, CORDON_TOKEN: await cordon.token('responder') }
    const child = spawn(process.execPath, [program, 'investigations', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { out, err, code: code as number }
  }

  it('messages are written to a file, and the password and what is missing are said', async () => {
    await lose(hits[0]!)
    const out = join(folder, 'evidence.zip')
    const args = [
      'export',
      id(),
      '--format',
      'eml',
      '--out',
      out,
      '--reason',
      'Case 7',
      '--hit',
      hits[0]!.id,
      hits[1]!.id,
    ]
    const told = await cordonCommand(...args)
    expect(told).toMatchObject({ code: 0, err: '', out: expect.stringContaining('1 messages, 1 missing') })
    expect(told.out).toMatch(new RegExp(`${hits[0]!.userPrincipalName}.*ErrorItemNotFound`))
    const password = /Password, shown once: (\S+)/.exec(told.out)![1]!
    expect((await unzip(new Uint8Array(await readFile(out)), password)).size).toBe(2)

    const again = await cordonCommand(...args)
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('There is a file of that name already.') })
  })

  it('messages need a reason, and tables do not', async () => {
    const out = join(folder, 'hits.csv')
    const refused = await cordonCommand('export', id(), '--format', 'eml', '--out', out)
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--reason') })
    expect(await cordonCommand('export', id(), '--format', 'csv', '--out', out)).toMatchObject({ code: 0 })
    expect(parse(await readFile(out), { columns: true })).toHaveLength(6)
  })

  it('a look prints the text and where the links go', async () => {
    const look = await cordonCommand('look', id(), hits[0]!.id, '--reason', 'Case 7')
    expect(look).toMatchObject({ code: 0, out: expect.stringContaining(BODY[0]!) })
    expect(look.out).toMatch(/GOES TO[^]*hxxps:/)
    expect(look.out).not.toMatch(/https?:\/\//)
  })
})

/** Last: it stops Cordon to look into its store. */
describe('what stays', () => {
  it('is who looked at which message of whose mailbox and why, and nothing of what they saw', async () => {
    await cordon.stop()
    expect(cordon.logged).toEqual([])
    const engine = await openEmbeddedPostgres({ dataDir: join(folder, 'records') })
    const tables = await engine.pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const rows: string[] = []
    for (const { name } of tables.rows) {
      rows.push(
        ...(await engine.pool.query<{ row: string }>(`select t::text as row from ${name} t`)).rows.map(
          ({ row }) => row,
        ),
      )
    }
    const { rows: audit } = await engine.pool.query<{ action: string; actor: string; detail: Record<string, string> }>(
      `select action, actor, detail from audit where action ~ '^(message|evidence)' order by sequence`,
    )
    await engine.stop()

    expect(rows.length).toBeGreaterThan(20)
    expect(rows.some((row) => row.includes(hits[0]!.subject))).toBe(true)
    for (const words of [...BODY, PASSWORD]) expect(rows.filter((row) => row.includes(words))).toEqual([])

    const { id: hitId, userPrincipalName, messageId } = hits[0]!
    const detail = expect.objectContaining({ hitId, userPrincipalName, messageId, reason: 'Case 7' })
    expect(audit).toContainEqual({ action: 'message.look', actor: 'admin', detail })
    const collected = audit.filter(({ action }) => action === 'message.collect')
    expect(collected).toHaveLength(6 + 3 + 2)
    expect(audit.filter(({ action }) => action === 'evidence.seal').map(({ detail: sealed }) => sealed)).toMatchObject([
      { collected: 6, missing: 0 },
      { collected: 2, missing: 1 },
      { collected: 1, missing: 1 },
    ])
  })
})
