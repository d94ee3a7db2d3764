import { unknownFormat } from './faults.ts'
import { MAX_RECORD_BYTES } from './file-record.ts'
import type { Bytes, FileRecord } from './file-record.ts'

/**
 * The lines of NDJSON, a batch per piece read; blank lines are none. A line is not looked into: a broken one is a record
 * like any other, and whoever parses it says so.
 *
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
  const last: FileRecord[] = []
  addLine(last, rest, 0, rest.length, line, offset)
  if (last.length > 0) yield last
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

function addLine(batch: FileRecord[], bytes: Buffer, start: number, end: number, line: number, offset: number): void {
  const stop = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
  if (stop === start) return
  const text = bytes.toString('utf8', start, stop)
  if (text.length < 100 && text.trim() === '') return
  batch.push({ text, line, offset })
}
