import { z } from 'zod'
import { AppError } from '#domain/errors.ts'

/** Where a page ended: the time (ms since the epoch) and id of its last event. */
export interface Cursor {
  time: number
  id: string
}

const Shape = z.tuple([z.int(), z.string().max(1_000)])

export function encodeCursor({ time, id }: Cursor): string {
  return Buffer.from(JSON.stringify([time, id])).toString('base64url')
}

/** @throws AppError REQUEST_INVALID when `text` is no cursor. */
export function decodeCursor(text: string): Cursor {
  try {
    const [time, id] = Shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { time, id }
  } catch (error) {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what: 'The next page cannot be read.',
      why: 'The cursor is not one that an earlier page gave.',
      fix: 'Take `nextCursor` of the page before, or leave the cursor out to begin at the newest event.',
      cause: error,
    })
  }
}
