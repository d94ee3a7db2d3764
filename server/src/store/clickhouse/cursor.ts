import { z } from 'zod'
import { AppError } from '#domain/errors.ts'
import type { EventKey } from '#store/event-store.ts'

/** Where a page ended, as text: the time (ms since the epoch) and id of its last event. */
export function encodeCursor({ timeMs, id }: EventKey): string {
  return Buffer.from(JSON.stringify([timeMs, id])).toString('base64url')
}

const Shape = z.tuple([z.int(), z.string().max(1_000)])

/** @throws AppError REQUEST_INVALID when `text` is no cursor. */
export function decodeCursor(text: string): EventKey {
  try {
    const [timeMs, id] = Shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { timeMs, id }
  } catch (error) {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what: 'The next page cannot be read.',
      why: 'The cursor is not one that an earlier page gave.',
      fix: 'Take `nextCursor` of the page before, or leave the cursor out to begin at the first event.',
      cause: error,
    })
  }
}
