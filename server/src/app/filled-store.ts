import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { systemClock } from '#domain/clock.ts'
import { parseTenantId } from '#domain/ids.ts'
import { type ClickHouse, connect } from '#store/clickhouse/client.ts'
import { startEmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'

import { compose, type Log } from './compose.ts'
import { readConfig } from './config.ts'
import { importFiles } from './import.ts'

export const TENANT = parseTenantId('00000000-0000-0000-0000-000000000001')!
const NEIGHBOR = parseTenantId('00000000-0000-0000-0000-000000000002')!
/** Where the records are imported, to be copied from there. */
const TEMPLATE = parseTenantId('00000000-0000-0000-0000-00000000000f')!

/** The span of the synthesized records, and the one that their copies fill. */
const TEMPLATE_START = Date.UTC(2026, 10, 13)
const TEMPLATE_MS = 7 * 24 * 3_600_000
export const SPAN = { from: Date.UTC(2026, 9, 14), to: Date.UTC(2026, 10, 13) }

const TEMPLATE_RECORDS = 100_000
/** Of copies in a row, one is the neighbor's. */
const NEIGHBOR_EVERY = 8
/** The engine's own limit is for a machine that does other things too. */
const FILL_MEMORY_MB = 2_500
const SETTLE_MS = 10 * 60_000

interface Parts {
  /** Writes audit records into a file, a line each. */
  synthesize(file: string, options: { records: number; seed: number }): Promise<void>
  log: Log
  note(line: string): void
}

interface Filled {
  /** Of both tenants. */
  events: number
  parts: number
  bytes: number
}

/**
 * Fills the event store in `folder`: imports synthesized records, then has the engine copy them, each copy into the next
 * stretch of the thirty days, under ids of its own, in documents and originals too. A store that was filled is left as it is.
 */
export async function fillStore(
  folder: string,
  { events, seed }: { events: number; seed: number },
  parts: Parts,
): Promise<Filled> {
  const records = Math.min(TEMPLATE_RECORDS, events)
  await importTemplate(folder, records, seed, parts)
  const engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'events'), memoryLimitMb: FILL_MEMORY_MB })
  const clickhouse = connect(engine)
  try {
    const copies = Math.max(Math.round(events / records), 1)
    const done = Math.floor((await stored(clickhouse)).events / records)
    for (let copy = done; copy < copies; copy += 1) {
      await addCopy(clickhouse, copy, copies)
      parts.note(`${(copy + 1) * records} of ${events} events`)
    }
    await settle(clickhouse)
    return await stored(clickhouse)
  } finally {
    await clickhouse.close()
    await engine.stop()
  }
}

async function importTemplate(
  folder: string,
  records: number,
  seed: number,
  { synthesize, log }: Parts,
): Promise<void> {
  const mark = join(folder, `template-${records}-${seed}`)
  if (existsSync(mark)) return
  const app = await compose(readConfig({ CORDON_DATA: folder }), { clock: systemClock, log })
  const file = join(folder, 'template.ndjson')
  try {
    for (const id of [TENANT, NEIGHBOR, TEMPLATE]) await app.tenants.ensure(id, `Bench ${id.slice(-1)}`)
    await synthesize(file, { records, seed })
    await importFiles(app.pipeline, { tenantId: TEMPLATE, dataset: 'o365.audit', sources: [file] })
    await writeFile(mark, '')
  } finally {
    await app.close()
    await rm(file, { force: true })
  }
}

async function addCopy(clickhouse: ClickHouse, copy: number, copies: number): Promise<void> {
  const columns = await clickhouse.rows<{ name: string }>(
    `SELECT name FROM system.columns WHERE database = 'cordon' AND table = 'events' AND default_kind != 'MATERIALIZED'`,
    {},
  )
  const tenant = copy % NEIGHBOR_EVERY === NEIGHBOR_EVERY - 1 ? NEIGHBOR : TENANT
  const stretch = (SPAN.to - SPAN.from) / copies
  const start = SPAN.from + copy * stretch
  const time = `fromUnixTimestamp64Milli(toInt64(${start} + (toUnixTimestamp64Milli(time) - ${TEMPLATE_START}) * ${stretch / TEMPLATE_MS}), 'UTC')`
  const id = `concat(lower(hex(cityHash64(event_id, ${copy}))), substring(event_id, 17))`
  const iso = (moment: string) => `concat(replaceOne(toString(${moment}), ' ', 'T'), 'Z')`
  const values: Record<string, string> = {
    tenant_id: `toUUID('${tenant}')`,
    time,
    event_id: id,
    event: `replaceOne(replaceAll(event, event_id, ${id}), ${iso('time')}, ${iso(time)})`,
    original: `replaceOne(original, event_id, ${id})`,
    arrived: 'now64(3)',
  }
  await clickhouse.run(
    `INSERT INTO cordon.events (${columns.map(({ name }) => name).join(', ')})
      SELECT ${columns.map(({ name }) => values[name] ?? name).join(', ')} FROM cordon.events
      WHERE tenant_id = toUUID('${TEMPLATE}')
      SETTINGS max_threads = 1, max_insert_threads = 1, max_block_size = 8192, optimize_on_insert = 0,
        min_insert_block_size_rows = 50000, min_insert_block_size_bytes = 250000000, max_execution_time = 0`,
  )
}

/** Waits until merging rests, as it does on a server most of the time. */
async function settle(clickhouse: ClickHouse): Promise<void> {
  for (let waited = 0, calm = 0; waited < SETTLE_MS && calm < 3; waited += 1_000) {
    const [row] = await clickhouse.rows<{ merges: string }>('SELECT toString(count()) AS merges FROM system.merges', {})
    calm = row?.merges === '0' ? calm + 1 : 0
    await pause(1_000)
  }
}

async function stored(clickhouse: ClickHouse): Promise<Filled> {
  const [rows, parts] = await Promise.all([
    clickhouse.rows<{ events: string }>(
      `SELECT toString(count()) AS events FROM cordon.events WHERE tenant_id != toUUID('${TEMPLATE}')`,
      {},
    ),
    clickhouse.rows<{ parts: string; bytes: string; rows: string }>(
      `SELECT toString(count()) AS parts, toString(sum(bytes_on_disk)) AS bytes, toString(sum(rows)) AS rows
        FROM system.parts WHERE active AND database = 'cordon' AND table = 'events'`,
      {},
    ),
  ])
  const events = Number(rows[0]?.events ?? 0)
  const share = events / Math.max(Number(parts[0]?.rows ?? 0), 1)
  return { events, parts: Number(parts[0]?.parts ?? 0), bytes: Math.round(Number(parts[0]?.bytes ?? 0) * share) }
}
