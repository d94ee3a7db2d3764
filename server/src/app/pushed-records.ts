import type { Readable } from 'node:stream'

import { readPushed, tooLarge } from '#collect/files/read-pushed.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { IntakeKey } from '#domain/intake-key.ts'
import { addCounts, type IntakeCounts, NO_COUNTS } from '#domain/outcome.ts'

import { normalizerOf } from '#normalize/normalize-record.ts'

import type { Intake } from './intake.ts'

/** As much is taken in one request, unpacked. */
const MAX_BYTES = 256 * 2 ** 20
/** Handed in and not yet stored, of one request: enough for a commit to be worth its price. */
const AHEAD_RECORDS = 10_000
const AHEAD_CHARACTERS = 16_000_000

/** What a program pushes. */
export interface Pushed {
  body: Readable
  /** As its header says, packed or not. */
  sizeBytes: number | undefined
}

/**
 * Brings pushed records in through the pipeline, as they arrive. When it resolves all of them are durable: kept, or told apart
 * as duplicate, dropped or quarantined. Pushing the same again changes nothing, except for records that say no time: each is
 * placed where it arrived, and nothing tells one that is sent again from a new one that reads alike.
 *
 * @throws AppError INTAKE_BODY_UNREADABLE, REQUEST_TOO_LARGE, with what became of the records before; STORE_*.
 */
export async function takePushed(
  { intake, clock }: { intake: Intake; clock: Clock },
  { tenantId, dataset, name }: IntakeKey,
  { body, sizeBytes = 0 }: Pushed,
): Promise<IntakeCounts> {
  if (sizeBytes > MAX_BYTES) throw tooLarge(MAX_BYTES)
  const source = { tenantId, dataset, origin: `HTTP intake: ${name}`, arrivedAt: isoTime(clock.now()) }
  let total = NO_COUNTS
  let ahead = { takes: [] as Promise<void>[], records: 0, characters: 0 }

  async function catchUp(): Promise<void> {
    const { takes } = ahead
    ahead = { takes: [], records: 0, characters: 0 }
    await Promise.all(takes)
  }

  function take(texts: string[]): void {
    const taken = intake.take(source, texts).then((counts) => void (total = addCounts(total, counts)))
    // Awaited later; until then a failure must not count as unhandled.
    taken.catch(() => undefined)
    ahead.takes.push(taken)
    ahead.records += texts.length
    ahead.characters += texts.reduce((sum, { length }) => sum + length, 0)
  }

  try {
    for await (const records of readPushed(body, { maxBytes: MAX_BYTES, takesText: normalizerOf(dataset).takesText })) {
      take(records.map(({ text }) => text))
      if (ahead.records >= AHEAD_RECORDS || ahead.characters >= AHEAD_CHARACTERS) await catchUp()
    }
  } catch (error) {
    await catchUp()
    throw withCounts(error, total)
  }
  await catchUp()
  return total
}

/** What is wrong with the body, and what became of the records before it. Other faults stay as they are. */
function withCounts(error: unknown, { read, kept, duplicates }: IntakeCounts): unknown {
  if (!(error instanceof AppError)) return error
  const isTooLarge = error.code === 'REQUEST_TOO_LARGE'
  if (!isTooLarge && !error.code.startsWith('IMPORT_')) return error
  const before = `${read} records before were read: ${kept} are new, ${duplicates} were stored already.`
  return new AppError({
    code: isTooLarge ? 'REQUEST_TOO_LARGE' : 'INTAKE_BODY_UNREADABLE',
    what: read === 0 ? 'The body was not taken.' : 'The body was not taken to its end.',
    why: read === 0 ? error.why : `${error.why} ${before}`,
    fix: isTooLarge
      ? error.fix
      : 'Send JSON: an object a line, objects one after another or an array, plain or gzipped. What is stored already is not stored twice.',
    cause: error,
  })
}
