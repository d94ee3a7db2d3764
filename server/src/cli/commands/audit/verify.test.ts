import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

import { verifyFile } from './verify-file.ts'

let cordon: Cordon
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-audit-'))
  cordon = await startCordon()
  for (const role of ['viewer', 'analyst', 'responder'] as const) await cordon.token(role)
})
afterAll(async () => {
  await cordon.stop()
  await rm(folder, { recursive: true, force: true })
})

/** `cordon …` against this server. */
async function run(...args: string[]): Promise<{ out: string; code: number }> {
  const CORDON_TOKEN = await cordon.token('administrator')
  const env = { ...process.env, CORDON_URL: cordon.url, CORDON_TOKEN, NO_COLOR: '1' }
  const main = join(import.meta.dirname, '../../main.ts')
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { env }, (_error, out) =>
      resolve({ out, code: child.exitCode ?? -1 }),
    )
  })
}

it('the command line verifies the log and an export, and names the first wrong entry', async () => {
  const [verified, exported] = await Promise.all([
    run('audit', 'verify'),
    run('audit', 'export', '--out', join(folder, 'audit.ndjson')),
  ])
  expect(verified).toEqual({
    code: 0,
    out: expect.stringMatching(/^The audit log is whole: \d+ entries, the newest \d+:[0-9a-f]{64}\n$/),
  })
  expect(exported.code).toBe(0)
  expect((await cordon.app.audit.list(undefined, 1, { action: 'audit.export' }))[0]).toMatchObject({
    actor: 'admin',
    origin: { via: 'cli' },
  })
  const cutOff = (await readFile(join(folder, 'audit.ndjson'), 'utf8')).split('\n').toSpliced(1, 1)
  await writeFile(join(folder, 'audit.ndjson'), cutOff.join('\n'))
  const { code, out } = await run('audit', 'verify', '--file', join(folder, 'audit.ndjson'))
  expect([code, out]).toEqual([1, expect.stringContaining('BROKEN at entry 2 (removed)')])
}, 120_000)

describe('an export of the audit log', () => {
  const verify = async (change: (lines: string[]) => string[], anchor?: string) => {
    const file = join(folder, `${crypto.randomUUID()}.ndjson`)
    const { text } = await cordon.call('GET', '/audit/export')
    await writeFile(file, `${change(text.trimEnd().split('\n')).join('\n')}\n`)
    return verifyFile(file, anchor)
  }

  it('verifies without a server, and has an entry that was noted earlier', async () => {
    const { sequence, hash } = (await cordon.app.audit.verify()).head
    expect(await verify((lines) => lines, `${sequence}:${hash}`)).not.toHaveProperty('broken')
    expect(await verify((lines) => lines, `${sequence}:${'0'.repeat(64)}`)).toMatchObject({ broken: { sequence } })
  })

  it.each([
    ['altered', (lines: string[]) => lines.with(2, lines[2]!.replace('"actor":"', '"actor":"x')), 3],
    ['removed', (lines: string[]) => lines.toSpliced(2, 1), 3],
    ['removed', (lines: string[]) => lines.toSpliced(-3, 2), undefined],
    ['reordered', (lines: string[]) => lines.toSpliced(2, 0, lines[1]!), 2],
    ['head', (lines: string[]) => lines.slice(0, -1), undefined],
  ])('of which a line was changed is told (%s)', async (kind, change, sequence) => {
    expect(await verify(change)).toMatchObject({ broken: { kind, ...(sequence && { sequence }) } })
  })

  it('is nothing but entries', async () => {
    await expect(verify((lines) => [...lines, '{"actor":"ana"}'])).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})
