/** What the emulated cloud knows to be true, asked at its own door: no product of ours stands between. */
import { readFileSync } from 'node:fs'
import { get } from 'node:https'

import type { Emulator } from './product.ts'

export interface Phish {
  internetMessageId: string
  sender: string
  subject: string
  recipients: { userPrincipalName: string }[]
  /** Those whom recipients sent it on to; two of them did, and one answered its sender. */
  forwardedTo: string[]
  repliedBy: string
}

interface Scenario {
  id: string
  truth: { forwards: { to: string[] }[]; reply: { from: string } }
}

export async function readPhish(emulator: Emulator): Promise<Phish> {
  const phish = (await ask(emulator, '/ground-truth/phish')) as Phish
  const { scenarios } = (await ask(emulator, '/ground-truth/scenarios')) as { scenarios: Scenario[] }
  const { truth } = scenarios.find(({ id }) => id === 'phish-campaign')!
  return { ...phish, forwardedTo: truth.forwards.flatMap(({ to }) => to), repliedBy: truth.reply.from }
}

/** What the user types at Microsoft's sign-in page. */
export async function readPassword(emulator: Emulator, user: string): Promise<string> {
  return ((await ask(emulator, `/passwords?user=${encodeURIComponent(user)}`)) as { password: string }).password
}

async function ask({ url, caFile }: Emulator, path: string): Promise<unknown> {
  const text = await new Promise<string>((done, failed) => {
    get(`${url}/_emu${path}`, { ca: readFileSync(caFile) }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => done(body))
    }).on('error', failed)
  })
  return JSON.parse(text)
}
