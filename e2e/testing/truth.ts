/** What the emulated cloud knows to be true, asked at its own door: no product of ours stands between. */
import { readFileSync } from 'node:fs'
import { get } from 'node:https'

import type { Emulator } from './product.ts'

export interface Phish {
  internetMessageId: string
  sender: string
  subject: string
  recipients: { userPrincipalName: string }[]
}

export async function readPhish(emulator: Emulator): Promise<Phish> {
  return (await ask(emulator, '/ground-truth/phish')) as Phish
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
