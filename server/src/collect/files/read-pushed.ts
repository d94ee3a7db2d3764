import type { Readable } from 'node:stream'

import { AppError } from '#domain/errors.ts'

import { contentOf, openSource, peek } from './bytes.ts'
import { unknownFormat } from './faults.ts'
import type { Bytes, FileRecord } from './file-record.ts'
import { formatOfObjects, HEAD_BYTES, isLines } from './format.ts'
import { readElements, readObjects } from './json-array.ts'
import { readLines } from './ndjson.ts'

const NAME = 'the body'

export interface PushedOptions {
  /** How long the content may be, unpacked. */
  maxBytes: number
  /** Whether a line of plain text is a record, too. */
  takesText: boolean
}

/**
 * The records that a program pushes: NDJSON, JSON objects one after another, a single one, or a JSON array; lines of text where
 * they are taken; plain or gzipped. An object is always a record, whatever arrays it has. Read as it arrives: memory is one
 * piece and one record.
 *
 * @throws AppError IMPORT_FILE_UNREADABLE, IMPORT_FORMAT_UNKNOWN, IMPORT_FILE_TRUNCATED, REQUEST_TOO_LARGE, each after the
 *   records before were given.
 */
export async function* readPushed(
  body: Readable,
  { maxBytes, takesText }: PushedOptions,
): AsyncGenerator<FileRecord[], void, undefined> {
  const [head, content] = await peek(limited(contentOf(openSource(body, NAME)), maxBytes), HEAD_BYTES)
  const text = head.toString().trimStart()
  if (takesText && isLines(head)) yield* readLines(NAME, content)
  else if (text.startsWith('[')) yield* readElements(NAME, content)
  else if (text.startsWith('{'))
    yield* formatOfObjects(head) === 'ndjson' ? readLines(NAME, content) : readObjects(NAME, content)
  // A line that is broken is quarantined, the first like any other.
  else if (/^\s*\{/m.test(text)) yield* readLines(NAME, content)
  else {
    // What ails the bytes is the better reason.
    for await (const _ of content);
    throw unknownFormat(NAME, text === '' ? 'It is empty.' : 'It starts neither with a JSON object nor with an array.')
  }
}

async function* limited(content: Bytes, maxBytes: number): Bytes {
  let read = 0
  for await (const chunk of content) {
    read += chunk.length
    if (read > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}

/** More was pushed at once than is taken. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError({
    code: 'REQUEST_TOO_LARGE',
    what: 'Not all of the body was read.',
    why: `Unpacked it is longer than ${maxBytes / 2 ** 20} MiB.`,
    fix: 'Send the records in several requests; what is stored already is not stored twice.',
  })
}
