import { createHash } from 'node:crypto'

import { CollectedFileList, FILE_PASSWORD } from '@cordon/api'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { parseTenantId } from '#domain/ids.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

/** A file from a device of the emulated company, over HTTP: collected, downloaded, removed. */

const HOSTS = String.raw`C:\Windows\System32\drivers\etc\hosts`
const Truth = z.object({
  value: z.array(z.object({ id: z.string(), osPlatform: z.string(), healthStatus: z.string() })),
})
const Run = z.object({ actionRun: z.object({ id: z.string(), state: z.string() }) })

let emulator: Emulator
let cordon: Cordon
let tenant: string
/** How far the clock of the server is ahead. */
let aheadMs = 0
let files: z.infer<typeof CollectedFileList>['files']

beforeAll(async () => {
  emulator = await startEmulator(['--no-live', '--throttle', 'off', '--freeze-clock'])
  cordon = await startCordon({
    cloudFile: emulator.cloudFile,
    clock: { now: () => Date.now() + aheadMs },
  })
  ;({ tenant } = await connectCompany(cordon, emulator))
  const path = '/api/machines?$top=50'
  const microsoft = emulator.client()
  const { value } = await microsoft.json({ api: 'defender-endpoint', path, what: 'Could not list machines.' }, Truth)
  const devices = value.filter((each) => each.healthStatus === 'Active' && each.osPlatform === 'Windows11').slice(0, 2)
  const planned = await ask('POST', 'action-runs', {
    action: 'collect-file',
    targets: devices.map((each) => each.id),
    options: { path: HOSTS },
  })
  const { id } = Run.parse(planned.body).actionRun
  await ask('POST', `action-runs/${id}/execute`, { confirmTargets: 2 })
  await until(
    async () => {
      await emulator.request('/clock', { advanceMs: 60_000 })
      return Run.parse((await ask('GET', `action-runs/${id}`)).body).actionRun
    },
    ({ state }) => state === 'done',
  )
  ;({ files } = CollectedFileList.parse((await ask('GET', `collected-files?actionRunId=${id}`)).body))
}, 120_000)
afterAll(async () => {
  await cordon?.stop()
  await emulator?.stop()
})

async function ask(method: string, path: string, body?: unknown) {
  const answer = await cordon.call(method, `${tenant}/${path}`, { body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`)
  return answer
}

async function download(id: string, body: object) {
  const reply = await request(`${cordon.url}/api${tenant}/collected-files/${id}/download`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await cordon.token('responder')}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: reply.statusCode, headers: reply.headers, bytes: new Uint8Array(await reply.body.arrayBuffer()) }
}

async function unzip(bytes: Uint8Array, password: string): Promise<Map<string, string>> {
  const entries = await new ZipReader(new Uint8ArrayReader(bytes), { password }).getEntries()
  const texts = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.directory) texts.set(entry.filename, Buffer.from(await entry.getData(new Uint8ArrayWriter())).toString())
  }
  return texts
}

const audited = async (action: string) =>
  ((await ask('GET', 'audit?limit=50')).body['entries'] as { action: string; actor: string; detail: object }[]).filter(
    (entry) => entry.action === action,
  )

describe('a collected file', () => {
  it('is listed with where it comes from, its hash and its size', () => {
    expect(files).toEqual(Array(2).fill(expect.objectContaining({ path: HOSTS, sizeBytes: 34 })))
    expect(new Set(files.map(({ deviceId }) => deviceId)).size).toBe(2)
  })

  it('is downloaded in a ZIP that opens with the password of such files, and says where it comes from', async () => {
    const [file] = files
    const { status, headers, bytes } = await download(file!.id, { reason: 'Case 4711' })
    expect([status, headers['content-type']]).toEqual([200, 'application/zip'])
    const texts = await unzip(bytes, FILE_PASSWORD)
    const text = texts.get(file!.sha256)
    expect(text).toBe('127.0.0.1 localhost\n::1 localhost\n')
    expect(createHash('sha256').update(text!).digest('hex')).toBe(file!.sha256)
    expect(JSON.parse(texts.get('manifest.json')!)).toMatchObject({ ...file, reason: 'Case 4711' })
    expect(Buffer.from(bytes).includes('localhost')).toBe(false)
    await expect(unzip(bytes, 'another password')).rejects.toThrow('password')
    const [entry] = await audited('collected-file.download')
    expect(entry?.detail).toMatchObject({ id: file!.id, sha256: file!.sha256, path: HOSTS, reason: 'Case 4711' })
  })

  it('opens with the password that was asked for', async () => {
    const { bytes } = await download(files[0]!.id, { reason: 'Case 4711', password: 'one of our own' })
    expect((await unzip(bytes, 'one of our own')).size).toBe(2)
  })

  it('is given to nobody without a reason', async () => {
    expect((await download(files[0]!.id, {})).status).toBe(400)
  })

  it('is gone once it was removed, and the audit log says who did it', async () => {
    const [file] = files
    await ask('DELETE', `collected-files/${file!.id}`)
    expect((await download(file!.id, { reason: 'Case 4711' })).status).toBe(404)
    expect((await cordon.call('DELETE', `${tenant}/collected-files/${file!.id}`)).body).toMatchObject({
      code: 'COLLECTED_FILE_NOT_FOUND',
    })
    const [entry] = await audited('collected-file.remove')
    expect(entry?.detail).toMatchObject({ id: file!.id, sha256: file!.sha256 })
  })

  it('is gone when it has become too old', async () => {
    const tenantId = parseTenantId(tenant.split('/').at(-1)!)!
    const kept = async () => (await cordon.app.collectedFiles.list(tenantId, {})).length
    const pass = () => cordon.app.retention.set(cordon.administrator, tenantId, { days: null })
    aheadMs = 89 * 86_400_000
    await pass()
    await until(
      () => cordon.app.retention.read(tenantId),
      ({ appliedAt }) => Date.parse(appliedAt ?? '') > Date.now() + aheadMs - 60_000,
    )
    expect(await kept()).toBe(1)
    aheadMs = 91 * 86_400_000
    await pass()
    await until(kept, (left) => left === 0)
  })
})
