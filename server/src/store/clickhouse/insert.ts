import { createHash } from 'node:crypto'
import type { NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'
import type { ClickHouse } from './client.ts'
import { encodeRow, ROW_COLUMNS, ROW_FORMAT } from './rows.ts'

/** One INSERT holds at most so many bytes of rows: enough to be efficient, little enough for a small machine. */
const MAX_STATEMENT_BYTES = 16 * 1024 * 1024

/**
 * Stores a batch, in several INSERTs when it is large. The same batch always cuts at the same rows, so each piece has a
 * token of its own that a retry repeats; a piece stored before is skipped by the engine.
 */
export async function insertEvents(
  clickhouse: ClickHouse,
  table: string,
  tenantId: TenantId,
  token: string,
  events: readonly NormalizedEvent[],
): Promise<void> {
  const sql = `INSERT INTO ${table} (${ROW_COLUMNS.join(', ')}) FORMAT ${ROW_FORMAT}`
  let piece = 0
  for (const rows of pieces(tenantId, events)) {
    await clickhouse.insert(sql, rows, {
      insert_deduplication_token: pieceToken(tenantId, token, piece),
      // The threads that it adds cost more than they save, in time and in memory.
      input_format_parallel_parsing: 0,
      // Left to the first merge, which would make them anew anyway; until then the few new parts are read without.
      materialize_skip_indexes_on_insert: 0,
      // Copies within a batch are rare, and reading and merging see to them.
      optimize_on_insert: 0,
      // To a cluster's Distributed table: stored on the shards when it returns, not queued.
      distributed_foreground_insert: 1,
    })
    piece += 1
  }
}

function* pieces(tenantId: TenantId, events: readonly NormalizedEvent[]): Generator<Buffer> {
  let piece = Buffer.allocUnsafe(0)
  let size = 0
  for (const event of events) {
    const line = encodeRow(tenantId, event)
    // No character takes more than three bytes a code unit, so the exact length need not be counted.
    const atMost = line.length * 3
    if (size > 0 && size + atMost > piece.length) {
      yield piece.subarray(0, size)
      size = 0
    }
    // A piece is handed on and read later: the next one gets memory of its own.
    if (size === 0) piece = Buffer.allocUnsafeSlow(Math.max(MAX_STATEMENT_BYTES, atMost))
    size += piece.write(line, size)
  }
  if (size > 0) yield piece.subarray(0, size)
}

function pieceToken(tenantId: TenantId, token: string, piece: number): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, token, piece]))
    .digest('hex')
}
