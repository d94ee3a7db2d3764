import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { AppError } from '#domain/errors.ts'

/**
 * Writes everything that `ask` brings into a file that only its owner may read, and gives the number of bytes. The file has its
 * name when it is whole. One that exists is left as it is, and nothing is asked for.
 *
 * @throws AppError REQUEST_INVALID when it cannot be written; what `ask` throws.
 */
export async function writeNewFile(file: string, ask: () => Promise<Readable>): Promise<number> {
  if (existsSync(file)) throw unwritable(file, 'There is a file of that name already.')
  const from = await ask()
  const part = `${file}.part`
  const to = createWriteStream(part, { mode: 0o600 })
  let refusal: Error | undefined
  to.once('error', (error) => (refusal = error))
  try {
    await pipeline(from, to)
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw refusal && refusal === error ? unwritable(file, refusal.message, error) : error
  }
  return to.bytesWritten
}

function unwritable(file: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: `Could not write ${file}.`,
    why,
    fix: 'Name another file with --out, in a folder that you may write to.',
    cause,
  })
}
