import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { takeDataFolder } from '#app/data-folder.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-cli-'))
  await copyTemplate(join(folder, 'data', 'records'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function cordon(args: string[], options: { input?: string; env?: Record<string, string> } = {}) {
  const { CORDON_TOKEN: _, ...env } = process.env
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...env, CORDON_DATA: join(folder, 'data'), NO_COLOR: '1', ...options.env },
  })
  child.stdin.end(options.input ?? '')
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { out, err, code: code as number }
}

const RECORD = JSON.stringify({
  Id: 'A5B9F0C3-1111-4222-8333-444455556666',
  RecordType: 15,
  CreationTime: '2026-11-20T08:00:00',
  Operation: 'UserLoggedIn',
  Workload: 'AzureActiveDirectory',
  UserId: 'ana@contoso.example',
})

test('normalize prints one line a record, in order, whatever becomes of it', async () => {
  const input = [RECORD, '{"broken":', RECORD].join('\n')
  const { out, code } = await cordon(['normalize', '--dataset', 'o365.audit', '-'], { input })
  const lines = out.trim().split('\n')
  expect(code).toBe(0)
  expect(lines.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual([
    'kept',
    'quarantined',
    'kept',
  ])
  expect(JSON.parse(lines[0]!)).toMatchObject({
    event: { '@timestamp': '2026-11-20T08:00:00.000Z', event: { id: 'a5b9f0c3-1111-4222-8333-444455556666' } },
  })
  expect(Object.keys(JSON.parse(lines[1]!) as object)).toEqual(['outcome', 'line', 'step', 'error'])
})

test('a dataset nobody knows is answered with those there are', async () => {
  const { out, err, code } = await cordon(['normalize', '--dataset', 'o365.adit'], { input: RECORD })
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('[DATASET_NAME_UNKNOWN]')
  expect(err).toContain('fix: Use one of: o365.audit')
})

test('half a JSON array gives its whole records and then says where it ends', async () => {
  const { out, err, code } = await cordon(['normalize', '--dataset', 'o365.audit'], { input: `[${RECORD},{"Id"` })
  expect(code).toBe(1)
  expect(out.trim().split('\n')).toHaveLength(1)
  expect(err).toContain('[IMPORT_FILE_TRUNCATED]')
})

test('a command that does not exist ends with exit code 2, help with 0', async () => {
  expect((await cordon(['normalise'])).code).toBe(2)
  expect((await cordon(['import', 'file.json'])).code).toBe(2)
  const help = await cordon(['--help'])
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('investigations')])
})

test('starts no worker that would work for itself alone', async () => {
  const { err, code } = await cordon(['worker'], { env: { CORDON_POSTGRES_URL: 'postgres://db.example/cordon' } })
  expect(err).toContain('no CORDON_CLICKHOUSE_URL, no CORDON_KEY_FILE')
  expect(code).toBe(1)
})

test('settings that cannot be used are named together', async () => {
  const { err, code } = await cordon(['up'], { env: { CORDON_PORT: 'http', CORDON_POLL_SECONDS: '-1' } })
  expect(code).toBe(1)
  expect(err).toMatch(/\[CONFIG_VALUE_INVALID\][^]*CORDON_PORT is "http"[^]*CORDON_POLL_SECONDS is "-1"/)
})

test('a data folder that another process holds is left alone', async () => {
  const held = takeDataFolder(join(folder, 'data'))
  for (const args of [['up'], ['import', '--dataset', 'o365.audit', '-']]) {
    const { err, code } = await cordon(args)
    expect([code, err]).toEqual([1, expect.stringContaining('[APP_DATA_IN_USE]')])
  }
  held.release()
})

test('without a token, and without a server, it says how to get one', async () => {
  const withoutToken = await cordon(['alerts', 'list'])
  expect([withoutToken.code, withoutToken.err]).toEqual([1, expect.stringContaining('npx cordon tokens create')])
  const env = { CORDON_TOKEN: 'x', CORDON_URL: 'http://127.0.0.1:1' }
  const withoutServer = await cordon(['alerts', 'list'], { env })
  expect([withoutServer.code, withoutServer.err]).toEqual([1, expect.stringContaining('[APP_UNREACHABLE]')])
})
