import { readElements } from './json-array.ts'
import { LINE_FEED, OPENING_BRACKET, SPACE } from './json-bytes.ts'
import { truncated, unknownFormat } from './faults.ts'
import type { AppError } from '#domain/errors.ts'
import type { Bytes, FileRecord } from './file-record.ts'
import { MemberWalker } from './members.ts'

/** Names that only an audit record has, or what programs put around one record. */
const RECORD_NAMES = /^(CreationTime|RecordType|Operation|AuditData|event|event\.original|o365audit|o365|o365\.audit)$/i

/** What arrays of records are called: by Microsoft Graph, by exports, by test suites. */
const ARRAY_NAMES = /^(value|records|events)$/i

/**
 * Which array holds the records, of a document that is a wrapper around them (`{"value":[…]}`); undefined where the
 * document is a record itself. The rule: no name that a record has comes before the array, and either the array is called
 * value, records or events, or its first element has a name that a record has.
 *
 * @param head the beginning of the content; what stands behind it has no say.
 */
export function wrappedArray(head: Buffer): string | undefined {
  for (const mark of new MemberWalker().walk(head)) {
    if (mark.kind === 'end') continue
    if (mark.kind !== 'value' || RECORD_NAMES.test(mark.name)) return undefined
    if (head[mark.at] !== OPENING_BRACKET) continue
    if (ARRAY_NAMES.test(mark.name) || startsWithRecord(head.subarray(mark.at + 1))) return mark.name
  }
  return undefined
}

function startsWithRecord(elements: Buffer): boolean {
  for (const mark of new MemberWalker().walk(elements)) {
    if (mark.kind === 'value' && RECORD_NAMES.test(mark.name)) return true
    if (mark.kind === 'close' || mark.kind === 'outside') return false
  }
  return false
}

/**
 * The elements of the array called `property`, of a document or of several, one after another: pages of a listing. All else
 * in a document is passed over.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when a document has no end, after every complete element was given.
 * @throws AppError IMPORT_FORMAT_UNKNOWN for text outside a document, or a document without the array.
 */
export function readWrapped(name: string, chunks: Bytes, property: string): AsyncGenerator<FileRecord[]> {
  return readElements(name, blankAround(name, chunks, property))
}

/** The content with spaces for everything outside the arrays: lines and bytes count as they stand in the file. */
async function* blankAround(name: string, chunks: Bytes, property: string): Bytes {
  const walker = new MemberWalker()
  let isInside = false
  let hasArray = false
  let offset = 0
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk)
    let outside = 0
    let fault: AppError | undefined
    for (const mark of walker.walk(chunk)) {
      if (mark.kind === 'value' && mark.name === property && chunk[mark.at] === OPENING_BRACKET) {
        blank(bytes, outside, mark.at)
        isInside = true
        hasArray = true
      } else if (mark.kind === 'end' && isInside) {
        isInside = false
        outside = mark.at
      } else if (mark.kind === 'close' && hasArray) {
        hasArray = false
      } else if (mark.kind === 'close' || mark.kind === 'outside') {
        const what =
          mark.kind === 'close' ? `the end of a document without "${property}"` : 'text outside the documents'
        fault = unknownFormat(
          name,
          `Byte ${offset + mark.at} is ${what}; the records are in "${property}" of the first.`,
        )
        break
      }
    }
    if (!isInside) blank(bytes, outside, bytes.length)
    yield bytes
    if (fault !== undefined) throw fault
    offset += chunk.length
  }
  if (walker.depth > 0 && !isInside) throw truncated(name, {})
}

function blank(bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at += 1) if (bytes[at] !== LINE_FEED) bytes[at] = SPACE
}
