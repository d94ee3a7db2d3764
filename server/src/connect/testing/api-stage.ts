import { readFile } from 'node:fs/promises'

import { Agent } from 'undici'
import { z } from 'zod'

import type { Microsoft, MicrosoftApi } from '#connect/microsoft.ts'
import { DIRECTORY_ROLES } from '#connect/directory-roles.ts'

import { startEmulator, type Emulator } from './start-emulator.ts'

/** What an adapter of one of Microsoft's APIs is tried on: an emulated company that stands still, and somebody who looks on. */
export interface ApiStage {
  emulator: Emulator
  /** A client of ours, signed in as an application that holds these app roles and directory roles, and no more. */
  as(roles: readonly string[], directoryRoles?: readonly string[]): Promise<Microsoft>
  /** Microsoft as a program other than Cordon sees it: a token and plain requests, nothing of the code under test. */
  onlooker: Onlooker
  /** Another, who looks on at another API. */
  onlookerAt(api: MicrosoftApi, roles: readonly string[], directoryRoles?: readonly string[]): Promise<Onlooker>
  /** The company as it was at first; of the applications the onlookers' alone are there again. */
  reset(): Promise<void>
  /** Moves the company's clock on. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

export type Onlooker = (
  path: string,
  /** The body is sent as JSON, a form as one. */
  ask?: { method?: 'POST' | 'PATCH' | 'PUT' | 'DELETE'; body?: unknown },
) => Promise<{ status: number; json: Record<string, unknown> }>

const Application = z.object({ clientId: z.string(), secret: z.string() })
const Token = z.object({ access_token: z.string() })
const Json = z.record(z.string(), z.unknown())

const QUIET = '--no-live --freeze-clock --throttle off --scenario none --org 200'.split(' ')

/**
 * Starts the emulator; the onlooker gets a token of `api` with `roles` and `directoryRoles`.
 *
 * @param consistency whether reads hear of a write at once, or seconds later as with Microsoft.
 */
export async function openApiStage(
  api: MicrosoftApi,
  roles: readonly string[],
  directoryRoles: readonly string[] = [],
  consistency: 'strong' | 'eventual' = 'eventual',
): Promise<ApiStage> {
  const emulator = await startEmulator([...QUIET, '--consistency', consistency])
  const agent = new Agent({ connect: { ca: await readFile(emulator.caFile, 'utf8') } })
  const register = async (held: readonly string[], directory: readonly string[]) =>
    Application.parse(
      await emulator.request('/applications', {
        name: 'Of a test',
        roles: held,
        directoryRoles: directory.map((name) => DIRECTORY_ROLES[name]!),
      }),
    )
  const send = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
    const reply = await agent.request({
      origin: emulator.url,
      path,
      method: method as 'GET',
      headers,
      reset: true,
      ...(body !== undefined && { body }),
    })
    const text = await reply.body.text()
    return { status: reply.statusCode, json: text.startsWith('{') ? Json.parse(JSON.parse(text)) : {} }
  }

  const signIns: (() => Promise<void>)[] = []
  const onlookerAt: ApiStage['onlookerAt'] = async (at, held, directory = []) => {
    let token: string
    const signIn = async () => {
      const { clientId, secret } = await register(held, directory)
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
        scope: `${emulator.cloud.apis[at]!.audience}/.default`,
      })
      const path = `/${emulator.tenants[0]!.id}/oauth2/v2.0/token`
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      token = Token.parse((await send('POST', path, headers, form.toString())).json).access_token
    }
    signIns.push(signIn)
    await signIn()
    return async (path, { method, body } = {}) => {
      const form = body instanceof FormData ? new Response(body) : undefined
      const type = form?.headers.get('content-type') ?? 'application/json'
      const text = form ? await form.text() : body === undefined ? undefined : JSON.stringify(body)
      return send(method ?? 'GET', path, { authorization: `Bearer ${token}`, 'content-type': type }, text)
    }
  }
  const onlooker = await onlookerAt(api, roles, directoryRoles)

  return {
    emulator,
    as: async (held, directory = []) => emulator.client({ application: await register(held, directory) }),
    onlooker,
    onlookerAt,
    async reset() {
      await emulator.request('/reset', {})
      for (const signIn of signIns) await signIn()
    },
    async pass(ms) {
      await emulator.request('/clock', { advanceMs: ms })
    },
    async close() {
      await agent.close()
      await emulator.stop()
    },
  }
}
