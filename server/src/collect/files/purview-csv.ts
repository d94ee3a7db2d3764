import { CsvError, parse } from 'csv-parse'
import type { InfoRecord, Parser } from 'csv-parse'
import { truncated, unknownFormat } from './faults.ts'
import { MAX_RECORD_BYTES } from './file-record.ts'
import type { Bytes, FileRecord } from './file-record.ts'

/** The first line that `Export-Csv` of Windows PowerShell writes above the header. */
export const TYPE_LINE = '#TYPE'

/**
 * The `AuditData` column of a CSV export of Purview's audit search or of `Search-UnifiedAuditLog | Export-Csv`; the other
 * columns repeat parts of it.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when a quoted cell has no end, after every complete row was given;
 * IMPORT_FORMAT_UNKNOWN for broken CSV.
 */
export async function* readAuditData(name: string, chunks: Bytes): AsyncGenerator<FileRecord[]> {
  let batch: FileRecord[] = []
  let next = { line: 2, offset: 0 }
  const onRow = ({ AuditData }: { AuditData?: string }, info: InfoRecord): null => {
    if (AuditData !== undefined && AuditData !== '') batch.push({ text: AuditData, ...next })
    next = { line: info.lines + 1, offset: info.bytes }
    return null
  }
  let parser: Parser | undefined
  let fault: unknown
  let fed = 0
  for await (const chunk of chunks) {
    const started = (parser ??= createParser(chunk, onRow).on('error', (error) => (fault = error)))
    await finished((done) => started.write(chunk, done))
    if (batch.length > 0) yield batch
    if (fault !== undefined) throw faultOf(name, next, fault)
    batch = []
    fed += chunk.length
    if (fed - next.offset > MAX_RECORD_BYTES) {
      throw unknownFormat(name, `The row that starts on line ${next.line} is longer than 64 MiB.`)
    }
  }
  await finished((done) => (parser === undefined ? done() : parser.end(done)))
  if (batch.length > 0) yield batch
  if (fault !== undefined) throw faultOf(name, next, fault)
}

/**
 * Rows go to `onRow` and nowhere else: what a stream has not handed on when it fails is lost, and the rows before the
 * break are to be kept.
 */
function createParser(head: Buffer, onRow: (row: Record<string, string>, info: InfoRecord) => null): Parser {
  return parse({
    columns: (header: string[]) => header.map((column) => (isAuditData(column) ? 'AuditData' : false)),
    from_line: head.toString('latin1', 0, TYPE_LINE.length) === TYPE_LINE ? 2 : 1,
    on_record: onRow,
    relax_column_count: true,
    skip_empty_lines: true,
    // Looking for it, and measuring the record at every byte, would cost an eighth of the time.
    record_delimiter: ['\r\n', '\n'],
  })
}

/** Whether a column of the header is the one that holds the record. */
export function isAuditData(column: string): boolean {
  return column.trim().toLowerCase() === 'auditdata'
}

function finished(start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => start(resolve))
}

function faultOf(name: string, where: { line: number; offset: number }, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return truncated(name, where, error)
  return unknownFormat(name, `The CSV breaks at line ${where.line} (${error.code}).`)
}
