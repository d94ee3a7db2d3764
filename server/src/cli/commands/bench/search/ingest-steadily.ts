import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { z } from 'zod'

import { AppError } from '#domain/errors.ts'

/** What feeder.ts is told. */
export const FeederSettings = z.object({
  /** The event store's. */
  url: z.string(),
  /** Records a second. */
  ingest: z.number(),
  seed: z.number(),
  /** Its own. */
  folder: z.string(),
})

const PROGRAM = fileURLToPath(new URL('./feeder.ts', import.meta.url))

/** Has another process store records at a steady rate until `stop`, which gives the rate that was reached. */
export async function ingestSteadily(
  settings: Omit<z.infer<typeof FeederSettings>, 'folder'>,
): Promise<{ stop(): Promise<number> }> {
  if (settings.ingest === 0) return { stop: () => Promise.resolve(0) }
  const folder = await mkdtemp(join(tmpdir(), 'cordon-feeder-'))
  const child = fork(PROGRAM, [JSON.stringify({ ...settings, folder })], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit').then(([code]) => {
    throw feederEnded(code)
  })
  exited.catch(() => undefined)
  await Promise.race([once(child, 'message'), exited])
  return {
    async stop() {
      const answered = once(child, 'message')
      child.send('stop')
      const [answer] = await Promise.race([answered, exited])
      await exited.catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
      return z.object({ rate: z.number() }).parse(answer).rate
    },
  }
}

function feederEnded(code: unknown): AppError {
  return new AppError({
    code: 'INTERNAL_FAULT',
    what: 'The bench stores no records beside its searches.',
    why: `The process that stores them ended with exit code ${String(code)}.`,
    fix: 'See what it printed above.',
  })
}
