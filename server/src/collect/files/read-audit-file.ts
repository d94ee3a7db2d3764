import type { Readable } from 'node:stream'
import { contentOf, openSource, peek } from './bytes.ts'
import { unknownFormat } from './faults.ts'
import type { Bytes, FileRecord } from './file-record.ts'
import { HEAD_BYTES, detectFormat, isLines } from './format.ts'
import type { AuditFileFormat } from './format.ts'
import { readElements, readObjects } from './json-array.ts'
import { readLines } from './ndjson.ts'
import { readAuditData } from './purview-csv.ts'
import { readWrapped } from './wrapped-array.ts'

/**
 * Files of audit records: what people bring when they investigate a tenant that nobody collected from. The format is told
 * from the content; memory stays the same however large the file.
 */
export interface AuditFile extends AsyncIterable<FileRecord[]> {
  /** The path, or the name given with a stream. */
  readonly name: string
  /** As it lies on disk, packed or not; undefined for a stream. */
  readonly sizeBytes: number | undefined
  /** When it was last written, ISO 8601: as early as its records can have arrived in it. Undefined for a stream. */
  readonly modifiedAt: string | undefined
  /** Of `sizeBytes`, how much has been read; for a packed file packed bytes. */
  readonly bytesRead: number
  /** Known once reading has begun. */
  readonly format: AuditFileFormat['name'] | undefined
}

/**
 * The records of a file as texts, in batches: NDJSON, JSON objects one after another, a JSON array, alone or inside a
 * document, or a Purview CSV export; lines of text where they are taken; plain or gzipped, UTF-8 or UTF-16. Can be read once.
 *
 * @throws AppError IMPORT_FILE_UNREADABLE at once where `source` is a path to no readable file. While iterating
 * IMPORT_FILE_UNREADABLE, IMPORT_FORMAT_UNKNOWN, or IMPORT_FILE_TRUNCATED after all complete records were given.
 */
export function readAuditFile(source: string | Readable, name?: string, takesText = false): AuditFile {
  const bytes = openSource(source, name)
  let format: AuditFileFormat['name'] | undefined

  async function* records(): AsyncGenerator<FileRecord[]> {
    const [head, content] = await peek(contentOf(bytes), HEAD_BYTES)
    const detected = takesText && isLines(head) ? LINES : detectFormat(head)
    if ('reason' in detected) {
      bytes.stream.destroy()
      throw unknownFormat(bytes.name, detected.reason)
    }
    format = detected.name
    yield* read(detected, bytes.name, content)
  }

  return {
    name: bytes.name,
    sizeBytes: bytes.sizeBytes,
    modifiedAt: bytes.modifiedAt,
    get bytesRead() {
      return bytes.bytesRead
    },
    get format() {
      return format
    },
    [Symbol.asyncIterator]: records,
  }
}

function read(format: AuditFileFormat, name: string, content: Bytes): AsyncGenerator<FileRecord[]> {
  return format.name === 'wrapped-array'
    ? readWrapped(name, content, format.property)
    : READERS[format.name](name, content)
}

const LINES: AuditFileFormat = { name: 'ndjson' }

const READERS = {
  ndjson: readLines,
  'json-array': readElements,
  'json-objects': readObjects,
  'purview-csv': readAuditData,
}
