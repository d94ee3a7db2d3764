import { type Clock, isoTime } from '#domain/clock.ts'
import type { EcsEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import { csvLines } from '#investigate/mail/evidence/csv.ts'
import type { EventStore, ExportedEvent } from '#store/event-store.ts'

import type { Audit } from '#app/audit.ts'
import type { Download } from '#app/evidence.ts'
import type { EventFilter, Search } from '#app/search.ts'

import { parquetFile, type ParquetColumn } from './parquet.ts'
import { valuesAt } from './values-at.ts'

/** What is exported, and as what. */
export interface EventExportRequest extends EventFilter {
  format: 'ndjson' | 'csv' | 'parquet'
  /** Dotted paths; absent: whole documents, or all fields with a column of their own. */
  columns?: readonly string[] | undefined
  /** Also the records as they came, as `event.original`. */
  originals: boolean
}

/**
 * Everything that matches as a file, oldest first. It is sent while it is read: memory does not grow with its length, and a
 * client that reads slowly is waited for. Audited before the first byte.
 *
 * @throws AppError as {@link Search}.
 */
export type ExportEvents = (
  by: User,
  tenantId: TenantId,
  request: EventExportRequest,
) => Promise<Download & { rows: number }>

type Document = EcsEvent & Record<string, unknown>

const MEDIA_TYPES = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
}

export function createEventExport(parts: {
  events: EventStore
  search: Pick<Search, 'parse'>
  audit: Audit
  clock: Clock
}): ExportEvents {
  const { events, search, audit, clock } = parts

  return async (by, tenantId, { format, columns, originals, ...filter }) => {
    const request = search.parse(filter)
    const rows = await events.count(tenantId, request)
    const detail = { format, columns: columns ?? null, originals, ...request.range, query: filter.query ?? '', rows }
    await audit(by.name, 'event.export', detail, tenantId)

    async function* exported(): AsyncGenerator<ExportedEvent> {
      for await (const page of events.everything(tenantId, { ...request, originals })) yield* page
    }
    async function* documents(): AsyncGenerator<Document> {
      for await (const event of exported()) yield documentOf(event)
    }
    const names = columns ?? [
      '@timestamp',
      'message',
      'event.id',
      ...events.columns().map(({ name }) => name),
      ...(originals ? ['event.original'] : []),
    ]
    const numbers = new Set(events.columns().flatMap(({ name, isNumber }) => (isNumber ? name : [])))
    const contents = {
      ndjson: () => (columns ? chosenLines(columns, documents()) : wholeLines(exported())),
      csv: () => csvLines(csvColumns(names), documents()),
      parquet: () => parquetFile(parquetColumns(names, numbers), documents()),
    }
    const stamp = isoTime(clock.now()).slice(0, 19).replaceAll(/[-:]/g, '')
    return {
      name: `events-${stamp}.${format}`,
      mediaType: MEDIA_TYPES[format],
      bytes: ReadableStream.from(inChunks(contents[format]())),
      rows,
    }
  }
}

/** The document; with the record as it came where that was asked for. */
function documentOf({ document, original }: ExportedEvent): Document {
  const event = JSON.parse(document) as Document
  return original === undefined ? event : { ...event, event: { ...event.event, original } }
}

async function* wholeLines(events: AsyncIterable<ExportedEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    yield `${event.original === undefined ? event.document : JSON.stringify(documentOf(event))}\n`
  }
}

/** An object of paths and values; a field without a value is left out. */
async function* chosenLines(columns: readonly string[], documents: AsyncIterable<Document>): AsyncGenerator<string> {
  for await (const document of documents) {
    const entries = columns.flatMap((name) => {
      const values = valuesAt(document, name)
      return values.length === 0 ? [] : [[name, values.length === 1 ? values[0] : values]]
    })
    yield `${JSON.stringify(Object.fromEntries(entries))}\n`
  }
}

function csvColumns(
  names: readonly string[],
): Record<string, (document: Document) => string | number | boolean | undefined> {
  return Object.fromEntries(names.map((name) => [name, (document) => textOf(valuesAt(document, name))]))
}

function parquetColumns(names: readonly string[], numbers: ReadonlySet<string>): ParquetColumn<Document>[] {
  return [...new Set(names)].map((name) => {
    if (name === '@timestamp') return { name, type: 'time', value: (document) => Date.parse(document['@timestamp']) }
    if (!numbers.has(name)) return { name, type: 'text', value: (document) => textOf(valuesAt(document, name)) }
    return { name, type: 'number', value: (document) => numberOf(valuesAt(document, name)[0]) }
  })
}

/** Several values with a semicolon between. */
function textOf(values: readonly unknown[]): string | undefined {
  if (values.length === 0) return undefined
  return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join('; ')
}

function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

const CHUNK_BYTES = 64 * 1024

/** Lines together: a write a line would cost more than the lines. */
async function* inChunks(pieces: AsyncIterable<string | Buffer>): AsyncGenerator<Uint8Array> {
  let waiting: (string | Buffer)[] = []
  let size = 0
  const chunk = () => Buffer.concat(waiting.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
  for await (const piece of pieces) {
    waiting.push(piece)
    size += piece.length
    if (size < CHUNK_BYTES) continue
    yield chunk()
    waiting = []
    size = 0
  }
  if (size > 0) yield chunk()
}
