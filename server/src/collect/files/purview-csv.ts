import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AppError } from '#domain/errors.ts'
import { truncated, unknownFormat } from './faults.ts'
import { MAX_RECORD_BYTES } from './file-record.ts'
import type { Bytes, FileRecord } from './file-record.ts'

/** Rows of a batch: about as much as a piece of NDJSON gives. */
const BATCH_ROWS = 1000

interface Row {
  record: { AuditData?: string }
  /** `bytes` and `lines` count what was read up to the row's end. */
  info: { lines: number; bytes: number }
}

/**
 * The `AuditData` column of a CSV export of Purview's audit search or of `Search-UnifiedAuditLog | Export-Csv`; the other
 * columns repeat parts of it.
 *
 * @throws AppError IMPORT_FILE_TRUNCATED when a quoted cell has no end; IMPORT_FORMAT_UNKNOWN for broken CSV.
 */
export async function* readAuditData(name: string, chunks: Bytes): AsyncGenerator<FileRecord[]> {
  const parser = parse({
    columns: (header: string[]) => header.map((column) => (isAuditData(column) ? 'AuditData' : false)),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  })
  const rows = Readable.from(chunks)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser)
  let batch: FileRecord[] = []
  let line = 2
  let offset = 0
  try {
    for await (const { record, info } of rows as AsyncIterable<Row>) {
      if (record.AuditData !== undefined && record.AuditData !== '')
        batch.push({ text: record.AuditData, line, offset })
      line = info.lines + 1
      offset = info.bytes
      if (batch.length >= BATCH_ROWS) {
        yield batch
        batch = []
      }
    }
  } catch (error) {
    if (batch.length > 0) yield batch
    throw faultOf(name, line, offset, error)
  }
  if (batch.length > 0) yield batch
}

/** Whether a column of the header is the one that holds the record. */
export function isAuditData(column: string): boolean {
  return column.trim().toLowerCase() === 'auditdata'
}

function faultOf(name: string, line: number, offset: number, error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof CsvError)) return error
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return truncated(name, { line, offset }, error)
  return unknownFormat(name, `The CSV breaks at line ${line} (${error.code}).`)
}
