import { truncated, unknownFormat } from './faults.ts'
import { MAX_RECORD_BYTES } from './file-record.ts'
import type { Bytes, FileRecord } from './file-record.ts'
import {
  BACKSLASH,
  CLOSING_BRACE,
  CLOSING_BRACKET,
  LINE_FEED,
  OPENING_BRACE,
  OPENING_BRACKET,
  QUOTE,
} from './json-bytes.ts'

/**
 * The lines of NDJSON, a batch per piece read; blank lines are none. A line is not looked into: a broken one is a record
 * like any other, and whoever parses it says so; only the last one, where the file stops within it, is a fault of the file.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when the file stops within a record, after all others were given.
 * @throws AppError IMPORT_FORMAT_UNKNOWN for a line without an end.
 */
export async function* readLines(name: string, chunks: Bytes): AsyncGenerator<FileRecord[]> {
  let rest: Buffer = Buffer.alloc(0)
  let line = 1
  let offset = 0
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const batch: FileRecord[] = []
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      addLine(batch, bytes, start, end, line, offset + start)
      start = end + 1
      line += 1
    }
    offset += start
    rest = bytes.subarray(start)
    if (rest.length > MAX_RECORD_BYTES) throw unknownFormat(name, `Line ${line} is longer than 64 MiB.`)
    if (batch.length > 0) yield batch
  }
  if (isCutOff(rest)) throw truncated(name, { line, offset })
  const last: FileRecord[] = []
  addLine(last, rest, 0, rest.length, line, offset)
  if (last.length > 0) yield last
}

const CARRIAGE_RETURN = 0x0d

function addLine(batch: FileRecord[], bytes: Buffer, start: number, end: number, line: number, offset: number): void {
  const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
  if (stop === start) return
  const text = bytes.toString('utf8', start, stop)
  if (text.length < 100 && text.trim() === '') return
  batch.push({ text, line, offset })
}

/** True for the beginning of an object: one whose braces, brackets or last text are open at the end. */
function isCutOff(bytes: Buffer): boolean {
  if (bytes[0] !== OPENING_BRACE) return false
  let depth = 0
  let quoted = false
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (quoted) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) quoted = false
    } else if (byte === QUOTE) quoted = true
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth += 1
    else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth -= 1
  }
  return quoted || depth > 0
}
