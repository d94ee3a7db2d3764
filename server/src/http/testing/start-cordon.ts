import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { request } from 'undici'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { type Clock, systemClock } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import type { Role, User } from '#domain/user.ts'
import { createHttpApp, listen } from '#http/server.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

/** A whole Cordon on embedded stores of its own, listening on a free port of the loopback address. */
export interface Cordon {
  app: Application
  url: string
  administrator: User
  /** What was logged. */
  logged: AppError[]
  /** A request below `/api`, by default with an administrator's token. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** An API token of that role. */
  token(role: Role): Promise<string>
  stop(): Promise<void>
}

export interface CallOptions {
  /** None at all when null. */
  token?: string | null
  headers?: Record<string, string>
  body?: unknown
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** The text, parsed. */
  body: Record<string, unknown>
}

export const ADMINISTRATOR = { name: 'admin', password: 'correct horse battery' }

export async function startCordon(
  options: {
    cloudFile?: string
    /** Targets from which an action needs approval. */
    approvalFrom?: number
    clock?: Clock
    /** Further settings: CORDON_*. */
    settings?: Record<string, string>
    /** How often an investigation that watches looks for new mail. */
    roundEveryMs?: number
    /** How often a connection is tested while consent spreads. */
    retestEveryMs?: number
    /** Data folder, which is then left when it stops. */
    folder?: string
  } = {},
): Promise<Cordon> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'cordon-http-')))
  await copyTemplate(join(folder, 'records'))
  const config = readConfig({
    CORDON_DATA: folder,
    CORDON_PORT: '0',
    CORDON_POLL_SECONDS: '1',
    CORDON_CLOUD_FILE: options.cloudFile,
    CORDON_APPROVAL_FROM: options.approvalFrom?.toString(),
    ...options.settings,
  })
  const logged: AppError[] = []
  const app = await compose(config, {
    clock: options.clock ?? systemClock,
    log: (error) => void logged.push(error),
    ...(options.roundEveryMs !== undefined && { roundEveryMs: options.roundEveryMs }),
    ...(options.retestEveryMs !== undefined && { retestEveryMs: options.retestEveryMs }),
  })
  await app.sessions.ensureAdministrator(ADMINISTRATOR.name, ADMINISTRATOR.password)
  const server = await listen(createHttpApp(app), config)
  await app.start()
  const administrator = (await app.sessions.findByName(ADMINISTRATOR.name))!
  const token = async (role: Role) =>
    (await app.apiTokens.create(administrator, { name: `test ${role}`, role, days: 1 })).token
  const full = await token('administrator')

  return {
    app,
    url: server.url,
    administrator,
    logged,
    token,
    async call(method, path, { token: given = full, headers = {}, body } = {}) {
      const answer = await request(`${server.url}/api${path}`, {
        method: method as 'GET',
        headers: {
          ...(given === null ? {} : { authorization: `Bearer ${given}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const type = String(answer.headers['content-type'] ?? '')
      if (type.startsWith('text/event-stream')) {
        answer.body.destroy()
        return { status: answer.statusCode, headers: answer.headers, text: '', body: {} }
      }
      const text = await answer.body.text()
      const parsed = /[/+]json/.test(type) ? (JSON.parse(text) as Record<string, unknown>) : {}
      return { status: answer.statusCode, headers: answer.headers, text, body: parsed }
    },
    async stop() {
      app.drain()
      await server.close()
      await app.close()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
