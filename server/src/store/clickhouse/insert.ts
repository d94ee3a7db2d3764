import { createHash } from 'node:crypto'

import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { EncodedEvent } from '#store/event-store.ts'

import type { ClickHouse } from './client.ts'
import { ROW_COLUMNS, ROW_FORMAT } from './rows.ts'
import { freeRows } from './slabs.ts'

/** One INSERT holds at most so many bytes of rows: enough to be efficient, little enough for a small machine. */
const MAX_STATEMENT_BYTES = 32 * 1024 * 1024

/**
 * Stores a batch, in several INSERTs when it is large. The same batch always cuts at the same rows, so each piece has a
 * token of its own that a retry repeats; a piece stored before is skipped by the engine. Stored rows are freed.
 */
export async function insertEvents(
  clickhouse: ClickHouse,
  table: string,
  tenantId: TenantId,
  token: string,
  events: readonly EncodedEvent[],
): Promise<void> {
  if (events.some((event) => event.tenantId !== tenantId)) throw refused('encoded for another tenant')
  // Of memory that was freed, nothing would be stored in silence.
  if (events.some(({ row }) => row.length === 0)) throw refused('stored before')
  const into = `INSERT INTO ${table} (${ROW_COLUMNS.join(', ')})`
  let piece = 0
  for (const rows of pieces(events)) {
    await clickhouse.insert(
      { into, format: ROW_FORMAT, rows },
      {
        insert_deduplication_token: pieceToken(tenantId, token, piece),
        // The threads that it adds cost more than they save, in time and in memory.
        input_format_parallel_parsing: 0,
        // Left to the first merge, which would make them anew anyway; until then the few new parts are read without.
        materialize_skip_indexes_on_insert: 0,
        // Copies within a batch are rare, and reading and merging see to them.
        optimize_on_insert: 0,
        // To a cluster's Distributed table: stored on the shards when it returns, not queued.
        distributed_foreground_insert: 1,
      },
    )
    piece += 1
  }
  freeRows(events.map(({ row }) => row))
}

/** The rows in statements of a good size; rows that lie side by side in memory are one chunk. */
function* pieces(events: readonly EncodedEvent[]): Generator<Buffer[]> {
  let chunks: Buffer[] = []
  let size = 0
  for (const { row } of events) {
    if (size > 0 && size + row.length > MAX_STATEMENT_BYTES) {
      yield chunks
      chunks = []
      size = 0
    }
    const last = chunks.at(-1)
    if (last?.buffer === row.buffer && last.byteOffset + last.length === row.byteOffset) {
      chunks[chunks.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + row.length)
    } else {
      chunks.push(row)
    }
    size += row.length
  }
  if (size > 0) yield chunks
}

function pieceToken(tenantId: TenantId, token: string, piece: number): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, token, piece]))
    .digest('hex')
}

function refused(were: string): AppError {
  return new AppError({
    code: 'STORE_REQUEST_REFUSED',
    what: 'A batch of events was not stored.',
    why: `It holds events that were ${were}.`,
    fix: 'This is a fault of Cordon: please report it.',
  })
}
