import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { Agent, request } from 'undici'
import { z } from 'zod'

import { AppError } from '#domain/errors.ts'
import { parseTenantId, type TenantId } from '#domain/ids.ts'

/**
 * An emulated Microsoft cloud as a program of its own, for benches that talk to Microsoft: with its throttling and with a
 * delay on every answer, so that what is measured is what a real tenant would make of it.
 */
export interface EmulatedCloud {
  pid: number
  /** What CORDON_CLOUD_FILE names. */
  cloudFile: string
  tenantId: TenantId
  application: { clientId: string; secret: string }
  /** A request below `/_emu`; its answer, parsed. POST with a body and GET without, unless said otherwise. */
  control(path: string, body?: unknown, method?: Method): Promise<unknown>
  /** A new application with these roles. */
  register(roles: readonly string[]): Promise<EmulatedCloud['application']>
  /** Asks Graph as an application with these roles, made for the question. */
  graphAs(roles: readonly string[]): Promise<Graph>
  stop(): Promise<void>
}

type Method = 'GET' | 'POST' | 'DELETE'

/** A bare client, for what the bench does beside the product. @throws Error for any answer but 2xx. */
export type Graph = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>

const PROGRAM = join(import.meta.dirname, '../../../../../emulator/bin/m365-emulator.mjs')

const Application = z.object({ name: z.string(), clientId: z.string(), secret: z.string() })
const Ready = z.object({
  url: z.url(),
  caFile: z.string(),
  tenants: z.array(
    z.object({ id: z.string().transform((id) => parseTenantId(id)!), applications: z.array(Application) }),
  ),
})

/** Starts one in `folder`. `args` are further arguments of `m365-emulator start`. Stop it when done. */
export async function startEmulatedCloud(folder: string, args: readonly string[]): Promise<EmulatedCloud> {
  const child = spawn(process.execPath, [PROGRAM, 'start', '--json', '--port', '0', '--data', folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>
  const started = await Promise.race([line, exited.then(() => undefined)])
  if (!started) throw notStarted()
  const { url, caFile, tenants } = Ready.parse(JSON.parse(started[0]))
  const [tenant] = tenants
  const dispatcher = new Agent({ connect: { ca: await readFile(caFile, 'utf8') } })
  const cloudFile = join(folder, 'cloud.json')
  const named = { name: 'emulated', title: 'Emulated Microsoft cloud', origin: url, caFile }
  await writeFile(cloudFile, JSON.stringify(named))

  async function ask(method: Method, path: string, headers: Record<string, string>, body?: string) {
    // Requests may lie minutes apart: by then the emulator has closed a connection that rests.
    const options = { method, headers, dispatcher, reset: true, ...(body !== undefined && { body }) }
    const answer = await request(`${url}${path}`, options)
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }

  const json = { 'content-type': 'application/json' }
  const control = (path: string, body?: unknown, method: Method = body === undefined ? 'GET' : 'POST') =>
    ask(method, `/_emu${path}`, json, body === undefined ? undefined : JSON.stringify(body))
  const register = async (roles: readonly string[]) =>
    Application.parse(await control('/applications', { name: 'Bench', roles }))
  return {
    pid: child.pid!,
    cloudFile,
    tenantId: tenant!.id,
    application: tenant!.applications[0]!,
    control,
    register,
    async graphAs(roles) {
      const { clientId, secret } = await register(roles)
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
      const scope = 'https://graph.microsoft.com/.default'
      const granted = await ask(
        'POST',
        `/${tenant!.id}/oauth2/v2.0/token`,
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({ ...form, scope }).toString(),
      )
      const { access_token: token } = z.object({ access_token: z.string() }).parse(granted)
      const headers = { ...json, authorization: `Bearer ${token}` }
      return (method, path, body) => ask(method, path, headers, body === undefined ? undefined : JSON.stringify(body))
    },
    async stop() {
      await dispatcher.destroy()
      child.kill('SIGTERM')
      await exited
    },
  }
}

function notStarted(): AppError {
  return new AppError({
    code: 'INTERNAL_FAULT',
    what: 'The bench has no Microsoft cloud to talk to.',
    why: 'The emulator ended instead of starting.',
    fix: 'See what it printed above. The bench runs in the repository, which has the emulator beside the server.',
  })
}
