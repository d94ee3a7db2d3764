import { mkdir, open, readdir, rename, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { isoTime } from '#domain/clock.ts'
import type { ForwardItem } from '#domain/destination.ts'
import { AppError } from '#domain/errors.ts'
import { defineDestination, type Sender, type Sent } from '#forward/destination.ts'

const Options = z.strictObject({
  folder: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'a name of letters, digits, . _ and -')
    .describe('Name of the folder below `forward` in the data folder (CORDON_DATA).'),
  maxMegabytes: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('A file that is larger is closed, and the next one begun.'),
  keepFiles: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('So many closed files are kept; older ones are deleted.'),
})
type Options = z.output<typeof Options>

/** Whoever writes into a folder of this process does so in turn, and knows how the one before left it. */
interface Turn {
  last: Promise<unknown>
  /** The file ends with a whole line. */
  isMended: boolean
}
const turns = new Map<string, Turn>()

const CURRENT = 'events.ndjson'
const CLOSED = /^events-.+\.ndjson$/

/**
 * Files on this machine, a line of JSON an event. Of several workers the one that forwards writes, into its own data folder.
 *
 * A batch is on the disk when it is done. A line that a crash cut short is cut off before the next is written: the events of
 * that batch come again, and event.id tells those that are there already.
 */
export const files = defineDestination<Options>({
  id: 'files',
  title: 'Rotating files',
  summary: 'NDJSON files in the data folder, closed at a size. event.id tells an event that came twice.',
  options: Options,
  batch: { items: 2000, bytes: 8_000_000 },
  open({ options, folder, clock }): Sender {
    const path = join(folder, options.folder)
    const turn = turns.get(path) ?? { last: Promise.resolve(), isMended: false }
    turns.set(path, turn)

    async function rotate(): Promise<void> {
      const moment = isoTime(clock.now()).replaceAll(':', '')
      const names = (await readdir(path)).filter((name) => CLOSED.test(name)).sort()
      let name = `events-${moment}.ndjson`
      for (let count = 1; names.includes(name); count++)
        name = `events-${moment}.${String(count).padStart(4, '0')}.ndjson`
      await rename(join(path, CURRENT), join(path, name))
      const closed = [...names, name].sort()
      for (const old of closed.slice(0, Math.max(0, closed.length - options.keepFiles))) await rm(join(path, old))
    }

    async function append(text: string): Promise<number> {
      const file = await open(join(path, CURRENT), 'a', 0o600)
      try {
        await file.appendFile(text)
        await file.sync()
        return (await file.stat()).size
      } finally {
        await file.close()
      }
    }

    async function write(items: readonly ForwardItem[]): Promise<Sent> {
      await mkdir(path, { recursive: true, mode: 0o700 })
      if (!turn.isMended) await cutUnfinishedLine(join(path, CURRENT))
      turn.isMended = false
      const size = await append(items.map(({ document }) => `${document}\n`).join(''))
      if (size >= options.maxMegabytes * 1_000_000) await rotate()
      await sync(path)
      turn.isMended = true
      return { answer: `written to ${join(path, CURRENT)}`, refused: [], again: [] }
    }

    return {
      send(items) {
        const done = turn.last
          .then(() => write(items))
          .catch((error: unknown) => {
            throw unwritable(path, error)
          })
        turn.last = done.catch(() => undefined)
        return done
      },
      close: () => Promise.resolve(),
    }
  },
})

const TAIL_BYTES = 65_536

async function cutUnfinishedLine(file: string): Promise<void> {
  const handle = await open(file, 'a+', 0o600)
  try {
    let { size } = await handle.stat()
    const whole = size
    for (const tail = Buffer.alloc(TAIL_BYTES); size > 0;) {
      const from = Math.max(0, size - TAIL_BYTES)
      const { bytesRead } = await handle.read(tail, 0, size - from, from)
      const end = tail.subarray(0, bytesRead).lastIndexOf(0x0a)
      size = end === -1 ? from : from + end + 1
      if (end !== -1) break
    }
    if (size < whole) await truncate(file, size)
  } finally {
    await handle.close()
  }
}

/** The folder's own entries: a file that was made or renamed. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

function unwritable(path: string, error: unknown): AppError {
  return new AppError({
    code: 'APP_DATA_UNWRITABLE',
    what: `Could not write into ${path}.`,
    why: error instanceof Error ? error.message : String(error),
    fix: 'Free space on that disk, or give the user that runs Cordon the right to write there; sending goes on by itself.',
    retry: 'backoff',
    cause: error,
  })
}
