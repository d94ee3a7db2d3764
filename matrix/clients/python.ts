import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { cloud } from './cloud.ts'

const run = promisify(execFile)

/** Runs a script of `python/` with the system's Python, and reads the JSON that it prints. */
export async function python<T>(script: string, ...args: string[]): Promise<T> {
  const file = join(import.meta.dirname, '..', 'python', script)
  // What the machine's user trusts instead would win over what the script says.
  const env = { ...process.env, REQUESTS_CA_BUNDLE: cloud.caFile, SSL_CERT_FILE: cloud.caFile }
  const { stdout } = await run('/usr/bin/python3', [file, ...args], { env, timeout: 90_000 })
  return JSON.parse(stdout) as T
}
