/** What an administrator of the emulated company does in Microsoft's portals, at the emulator's own door. */
import { readFileSync } from 'node:fs'
import { request } from 'node:https'

import type { Emulator } from './product.ts'

/** A new app registration, with its secret. */
export async function registerApplication(
  emulator: Emulator,
  settings: { name: string; redirectUris: string[] },
): Promise<{ clientId: string; secret: string }> {
  return (await steer(emulator, 'POST', '/applications', settings)) as { clientId: string; secret: string }
}

/** Whom of the company an application gives which app roles of its own, by object ID. */
export async function changeApplication(
  emulator: Emulator,
  clientId: string,
  settings: { userRoles: Record<string, string[]> },
): Promise<void> {
  await steer(emulator, 'PATCH', `/applications/${clientId}`, settings)
}

/** Everybody of the company, in the order in which the sign-in page offers them. */
export async function readPeople(emulator: Emulator): Promise<{ id: string }[]> {
  return ((await steer(emulator, 'GET', '/ground-truth/directory')) as { users: { id: string }[] }).users
}

/** Moves the company's clock on. */
export async function passMinutes(emulator: Emulator, minutes: number): Promise<void> {
  await steer(emulator, 'POST', '/clock', { advanceMs: minutes * 60_000 })
}

async function steer({ url, caFile }: Emulator, method: string, path: string, body?: object): Promise<unknown> {
  const text = await new Promise<string>((done, failed) => {
    const headers = { 'content-type': 'application/json' }
    const call = request(`${url}/_emu${path}`, { method, ca: readFileSync(caFile), headers }, (answer) => {
      let received = ''
      answer.on('data', (chunk: Buffer) => (received += chunk.toString()))
      answer.on('end', () =>
        (answer.statusCode ?? 500) < 300 ? done(received) : failed(new Error(`${method} ${path}: ${received}`)),
      )
    })
    call.on('error', failed)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
  return JSON.parse(text)
}
