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

interface PhishTruth {
  forwards: { to: string[] }[]
  reply: { from: string }
}

interface ConsentTruth {
  application: { appId: string; name: string }
  userPrincipalName: string
}

export async function readPhish(emulator: Emulator): Promise<Phish> {
  const phish = (await ask(emulator, '/ground-truth/phish')) as Phish
  const truth = (await readScenario(emulator, 'phish-campaign')) as PhishTruth
  return { ...phish, forwardedTo: truth.forwards.flatMap(({ to }) => to), repliedBy: truth.reply.from }
}

/** Which application somebody was tricked into allowing; needs a cloud with that scenario. */
export async function readConsent(emulator: Emulator): Promise<{ application: string; victim: string }> {
  const { application, userPrincipalName } = (await readScenario(emulator, 'oauth-consent')) as ConsentTruth
  return { application: application.name, victim: userPrincipalName }
}

async function readScenario(emulator: Emulator, id: string): Promise<unknown> {
  const { scenarios } = (await ask(emulator, '/ground-truth/scenarios')) as {
    scenarios: { id: string; truth: unknown }[]
  }
  return scenarios.find((each) => each.id === id)!.truth
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
