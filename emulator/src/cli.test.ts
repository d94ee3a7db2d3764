import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { clientOf } from '#testing/client.ts'
import type { Client } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

const BIN = fileURLToPath(new URL('../bin/m365-emulator.mjs', import.meta.url))

/** The command as a process of its own. */
function command(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, ...env } })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err })),
  )
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => out.includes('\n') && resolve(out))
    child.once('close', () => reject(new Error(err)))
  })
  line.catch(() => undefined)
  return { child, line, ended }
}

const run = (...args: string[]) => command(args).ended

let root: string
let data: string
let started: ReturnType<typeof command>
let told: Emulator & { ready: boolean; httpUrl: string; proxyUrl: string }
let client: Client

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'm365-emulator-cli-'))
  data = join(root, "a 'quoted' folder")
  const env = { M365_EMULATOR_HTTP_PORT: '0', M365_EMULATOR_NO_LIVE: '1', M365_EMULATOR_QUIET_LIVE: 'false' }
  started = command(['start', '--json', '--data', data, '--tenants', '2'], env)
  told = JSON.parse(await started.line) as typeof told
  client = clientOf(told)
})
afterAll(async () => {
  client.close()
  started.child.kill('SIGTERM')
  await started.ended
  rmSync(root, { recursive: true, force: true })
})

describe('start', () => {
  it('prints one JSON line with every door when it is ready, and serves', async () => {
    expect(Object.keys(told)).toEqual(['ready', 'url', 'httpUrl', 'proxyUrl', 'caFile', 'tenants', 'eventHubs'])
    expect((await client.graph('/v1.0/organization')).status).toBe(200)
    const plain = await new Promise<string>((resolve, reject) => {
      request(`${told.httpUrl}/_emu/health`, (answer) => text(answer).then(resolve, reject))
        .on('error', reject)
        .end()
    })
    expect(JSON.parse(plain)).toMatchObject({ status: 'ok' })
  })

  it('ends with 0 when told to, and leaves no note that it runs', async () => {
    const folder = join(root, 'short')
    const { child, line, ended } = command(['start', '--data', folder, '--proxy-port', 'off', '--no-live'])
    const banner = await line
    expect(banner).toContain('It is no part of Microsoft')
    expect(banner).not.toContain('Proxy')
    expect(statSync(join(folder, 'running.json')).mode & 0o077).toBe(0)
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
    expect(existsSync(join(folder, 'running.json'))).toBe(false)
  })

  it('says what, why and how to mend it when a port is taken', async () => {
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    const { port } = blocker.address() as AddressInfo
    const { code, err } = await run('start', '--port', String(port), '--data', join(root, 'taken'))
    blocker.close()
    expect(code).toBe(1)
    expect(err).toContain(`cannot listen on 127.0.0.1:${port}`)
    expect(err).toContain('Why: Another program uses this port.')
    expect(err).toContain('Fix: Give another port (--port')
  })

  it('refuses a data folder that another one runs on', async () => {
    const { code, err } = await run('start', '--data', data)
    expect([code, err]).toEqual([1, expect.stringContaining('Why: The emulator at ' + told.url)])
  })

  it('refuses options that it does not understand, wherever they come from', async () => {
    const wrong: [string[], Record<string, string>, string][] = [
      [['--port', '70000'], {}, 'Give a whole number up to 65535.'],
      [['--proxy-port', 'on'], {}, 'Give a whole number up to 65535.'],
      [['--throttle', 'x0'], {}, 'Give real, off, or a factor such as x10.'],
      [[], { M365_EMULATOR_EPOCH: 'soon' }, 'Give a moment such as 2026-11-20T08:00:00Z.'],
      [['--host', '0.0.0.0'], {}, 'Allowed choices are 127.0.0.1.'],
      [['--scenario', 'phish-campaign', 'rain'], {}, 'or all, or none.'],
      [['--colour'], {}, "unknown option '--colour'"],
    ]
    const answers = await Promise.all(wrong.map(([args, env]) => command(['start', ...args], env).ended))
    for (const [i, { code, err }] of answers.entries()) {
      expect(code).toBe(1)
      expect(err).toContain(wrong[i]![2])
    }
  })
})

describe('env', () => {
  const env = (...args: string[]) => run('env', '--data', data, ...args)

  it('prints exports that a shell understands, with the credentials of the application and tenant asked for', async () => {
    const { out } = await env('--client', 'azure', '--tenant', told.tenants[1]!.domain, '--application', 'Cordon')
    const shell = spawn('sh', ['-c', `${out}\necho "$AZURE_TENANT_ID $AZURE_CLIENT_SECRET $NODE_EXTRA_CA_CERTS"`])
    const app = told.tenants[1]!.applications[0]!
    expect((await text(shell.stdout)).trim()).toBe(`${told.tenants[1]!.id} ${app.secret} ${told.caFile}`)
  })

  it('tells clients with host names of their own about the proxy', async () => {
    for (const name of ['m365', 'az', 'node', 'python'])
      expect(JSON.parse((await env('--client', name, '--json')).out).variables).toMatchObject({
        HTTPS_PROXY: told.proxyUrl,
        NO_PROXY: '127.0.0.1,localhost',
      })
  })

  it('says what there is where something else was asked for', async () => {
    const answers = [
      await env('--client', 'fax'),
      await env('--client', 'graph', '--tenant', 'x'),
      await env('--client', 'graph', '--application', 'x'),
    ]
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1])
    expect(answers[0]!.err).toContain('Fix: Give one of msal, azure, graph, m365, az, node, python')
    expect(answers[1]!.err).toContain(told.tenants[1]!.domain)
    expect(answers[2]!.err).toContain('Independent auditor')
  })
})

describe('commands for a running emulator', () => {
  it('ca prints the path of the certificate to trust, or the certificate', async () => {
    expect((await run('ca', '--data', data)).out.trim()).toBe(told.caFile)
    expect((await command(['ca', '--pem'], { M365_EMULATOR_DATA: data }).ended).out.trim()).toBe(
      readFileSync(told.caFile, 'utf8').trim(),
    )
  })

  it('journal prints what was asked, newest last', async () => {
    await client.graph('/v1.0/users?$top=1')
    expect((await run('journal', '--data', data, '--limit', '1')).out).toMatch(
      /^\S+Z graph +200 +\d+ms GET \/v1\.0\/users\?\$top=1\n$/,
    )
    const lines = (await run('journal', '--data', data, '--json')).out.trim().split('\n')
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ service: 'control', url: '/_emu/journal?limit=1' })
  })

  it('snapshot save and load, and reset, bring the state back', async () => {
    const users = async () => (await client.send('/_emu/applications', { method: 'POST', body: {} })).json['clientId']
    const file = join(root, 'state.json')
    await users()
    expect(await run('snapshot', 'save', file, '--data', data)).toMatchObject({ code: 0, err: '' })
    const second = await users()
    expect(await run('snapshot', 'load', file, '--data', data)).toMatchObject({ code: 0, err: '' })
    // The same again from the same state is the same.
    expect(await users()).toBe(second)
    expect(await run('reset', '--data', data)).toMatchObject({ code: 0, err: '' })
    expect(await users()).not.toBe(second)
    const { child, line, ended } = command(['start', '--json', '--snapshot', file])
    const again = clientOf(JSON.parse(await line) as Emulator)
    expect((await again.send('/_emu/applications', { method: 'POST', body: {} })).json['clientId']).toBe(second)
    again.close()
    child.kill('SIGTERM')
    await ended
  })

  it('say what is wrong with a snapshot', async () => {
    const file = join(root, 'no-snapshot.json')
    writeFileSync(file, '{"format":7}')
    const answers = [
      await run('snapshot', 'load', file, '--data', data),
      await run('snapshot', 'load', join(root, 'absent.json'), '--data', data),
      await run('start', '--snapshot', file),
      await run('snapshot', 'save', join(root, 'no', 'folder.json'), '--data', data),
    ]
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 1])
    expect(answers[0]!.err).toContain('`format` is not 1')
    expect(answers[1]!.err).toContain('cannot be read')
    expect(answers[2]!.err).toContain('`format` is not 1')
    expect(answers[3]!.err).toContain('cannot be written')
  })

  it('say that none runs on a folder, also where one ended without a word', async () => {
    const empty = join(root, 'empty')
    mkdirSync(empty)
    const none = await run('journal', '--data', empty)
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringContaining(`Fix: Start it: m365-emulator start --data ${empty}`),
    ])
    writeFileSync(join(empty, 'running.json'), JSON.stringify({ pid: 2 ** 30, url: told.url, caFile: told.caFile }))
    expect((await run('reset', '--data', empty)).err).toContain('has ended without saying so')
    writeFileSync(
      join(empty, 'running.json'),
      JSON.stringify({ pid: process.pid, url: 'https://127.0.0.1:1', caFile: told.caFile }),
    )
    expect((await run('reset', '--data', empty)).err).toContain('does not answer')
    expect((await run('ca', '--data', empty)).err).toContain('is made at the first start')
    expect((await run('journal')).err).toContain("required option '--data <folder>' not specified")
  })
})
