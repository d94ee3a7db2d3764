import { type Column, COLUMNS, RECORD_COLUMNS, SQL_TYPES } from './columns.ts'
import { literal } from './params.ts'

/**
 * The schema of the event store: one table. Its order (tenant, time, event id) is also an event's identity: rows that
 * repeat it are one event, which ReplacingMergeTree makes true on disk some time and `FINAL` in every result.
 *
 * A cluster differs in three things, and nothing else knows that it is one: the engine's `Replicated` prefix,
 * `ON CLUSTER`, and a Distributed table over the shards.
 */

export interface EventTables {
  /** Where rows are written and read. */
  events: string
  /** Where rows lie, on each server, and how a statement reaches it on all of them. */
  local: string
  onCluster: string
  /** Columns that the engine computes from others. */
  computed: string[]
  /** What the engine keeps of the rows in another order, by name. */
  projections: string[]
  /** Every table that has the columns, the one where rows lie first. */
  all: { table: string; onCluster: string }[]
  /** What runs just now, on every server. */
  processes: string
  /** Statements that create or update the schema, in order, each safe to repeat. */
  statements: string[]
}

/** ClickHouse remembers this many inserts by token; a retry comes within minutes, this is weeks. */
const DEDUPLICATION_WINDOW = 100_000

/** Parts below this are one file instead of some seventy: an insert writes and syncs few files, and with few buffers. */
const MIN_BYTES_FOR_WIDE_PART = 256 * 1024 * 1024

/**
 * A document is read from the beginning of its granule: with a fifth of the default's bytes a page of events that lie far
 * apart costs half, and merging a row 2 µs more. A table keeps what it was made with.
 */
const GRANULE_BYTES = 2 * 1024 * 1024

/** How many equal parts one merge takes, about: twice the default writes a document half as often, and merging is what an import waits for. */
const MERGE_SELECTOR_BASE = 10

/** A merge holds a stretch of documents of each part it reads. */
const MAX_PARTS_TO_MERGE = 12

/**
 * Every search unpacks the times of its range: in this codec in half the time that Delta and ZSTD took, for a byte more
 * an event. Parts from before take it on when they are merged.
 */
const TIME_TYPE = `DateTime64(3, 'UTC') CODEC(T64, LZ4)`

/** Fields looked up by exact value, of which a bloom filter says where they are not. Must be the expression that query.ts compares. */
const BLOOM_FILTERS = ['event_id', 'user_id', 'user_name', 'source_ip']

/**
 * When a row was stored, by the engine's clock; arrivals.ts reads in this order. What was stored before there was such a
 * column came first of all: the engine would else make up a new moment for it at every look, so each row written says that
 * it is to be stamped.
 */
const ARRIVAL_COLUMNS = [
  'stamped UInt8',
  `arrived DateTime64(3, 'UTC') DEFAULT if(stamped = 0, toDateTime64(0, 3, 'UTC'), now64(3, 'UTC')) CODEC(Delta, ZSTD(1))`,
]
/** Tells events of one time apart at a quarter of the cost of their ids: what copies are counted by. */
const HASH = 'event_hash'
const HASH_COLUMN = `${HASH} UInt64 MATERIALIZED cityHash64(event_id) CODEC(NONE)`
/** What the engine writes for rows that were stored before there was the column. */
const COMPUTED = [HASH, ...RECORD_COLUMNS.map(({ name }) => name)]
/**
 * Times and hashes by user, in each part beside the rows: whatever is asked of one user's events alone, how many, when and which, is read
 * from there. A busy user is in two of five granules, so that no index of the table itself saves much.
 */
const BY_USER = 'by_user'
const BY_USER_PROJECTION = `${BY_USER} (SELECT tenant_id, lowerUTF8(user_name), time, ${HASH} ORDER BY tenant_id, lowerUTF8(user_name), time)`
/** Made anew where merging leaves copies out, and where rows are removed. */
const PROJECTION_SETTINGS = [
  `deduplicate_merge_projection_mode = 'rebuild'`,
  `lightweight_mutation_projection_mode = 'rebuild'`,
].join(', ')

const ARRIVAL_INDEX = 'arrived_range arrived TYPE minmax GRANULARITY 1'

/** The tables of a single server (or the embedded engine), or of the cluster of that name. */
export function eventTables(cluster?: string): EventTables {
  const onCluster = cluster === undefined ? '' : ` ON CLUSTER ${quoteName(cluster)}`
  const local = cluster === undefined ? 'cordon.events' : 'cordon.events_shard'
  const statements = [
    `CREATE DATABASE IF NOT EXISTS cordon${onCluster}`,
    createTable(local, onCluster, cluster === undefined ? '' : 'Replicated'),
    addColumns(local, onCluster),
    `ALTER TABLE ${local}${onCluster} MODIFY COLUMN time ${TIME_TYPE}`,
    `ALTER TABLE ${local}${onCluster} ADD INDEX IF NOT EXISTS ${ARRIVAL_INDEX}`,
    `ALTER TABLE ${local}${onCluster} MODIFY SETTING ${PROJECTION_SETTINGS}`,
    `ALTER TABLE ${local}${onCluster} ADD PROJECTION IF NOT EXISTS ${BY_USER_PROJECTION}`,
  ]
  if (cluster === undefined) {
    const all = [{ table: local, onCluster }]
    return {
      events: local,
      local,
      onCluster,
      computed: COMPUTED,
      projections: [BY_USER],
      all,
      processes: 'system.processes',
      statements,
    }
  }
  const events = 'cordon.events'
  statements.push(
    // By event, so that the copies of one event meet on one shard, where FINAL can see them.
    `CREATE TABLE IF NOT EXISTS ${events}${onCluster} AS ${local}
      ENGINE = Distributed(${quoteName(cluster)}, cordon, events_shard, cityHash64(tenant_id, event_id))`,
    addColumns(events, onCluster),
  )
  const all = [local, events].map((table) => ({ table, onCluster }))
  return {
    events,
    local,
    onCluster,
    computed: COMPUTED,
    projections: [BY_USER],
    all,
    processes: `clusterAllReplicas(${quoteName(cluster)}, system.processes)`,
    statements,
  }
}

function createTable(table: string, onCluster: string, enginePrefix: string): string {
  const columns = COLUMNS.map((column) => `${column.name} ${SQL_TYPES[column.kind]}`)
  const filters = BLOOM_FILTERS.map(
    (name) => `INDEX ${name}_filter lowerUTF8(${name}) TYPE bloom_filter(0.01) GRANULARITY 1`,
  )
  return `CREATE TABLE IF NOT EXISTS ${table}${onCluster} (
    tenant_id UUID,
    time ${TIME_TYPE},
    event_id String,
    message String CODEC(ZSTD(1)),
    ${columns.join(',\n    ')},
    event String CODEC(ZSTD(1)),
    original String CODEC(ZSTD(1)),
    ${[...RECORD_COLUMNS.map(recordColumn), ...ARRIVAL_COLUMNS, HASH_COLUMN].join(',\n    ')},
    INDEX ${ARRIVAL_INDEX},
    INDEX message_words lowerUTF8(message) TYPE text(tokenizer = 'splitByNonAlpha'),
    ${filters.join(',\n    ')},
    PROJECTION ${BY_USER_PROJECTION}
  ) ENGINE = ${enginePrefix}ReplacingMergeTree
  PARTITION BY toYYYYMM(time)
  ORDER BY (tenant_id, time, event_id)
  SETTINGS
    non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW},
    replicated_deduplication_window = ${DEDUPLICATION_WINDOW},
    replicated_deduplication_window_seconds = ${30 * 24 * 3600},
    index_granularity_bytes = ${GRANULE_BYTES},
    min_bytes_for_wide_part = ${MIN_BYTES_FOR_WIDE_PART},
    max_parts_to_merge_at_once = ${MAX_PARTS_TO_MERGE},
    merge_selector_base = ${MERGE_SELECTOR_BASE},
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    ${PROJECTION_SETTINGS}`
}

/** Written with each row; what is made up at reading, for rows that were stored before there was the column, is the same. */
function recordColumn({ name, path, kind }: Column): string {
  const at = `event, ${path.split('.').map(literal).join(', ')}`
  const raw = `JSONExtractRaw(${at})`
  const value = `multiIf(startsWith(${raw}, '"'), JSONExtractString(${at}), ${raw} = 'null', '', ${raw})`
  return `${name} ${SQL_TYPES[kind]} DEFAULT ${value}`
}

/** Brings a table made by an earlier version up to date; without effect on one that is. */
function addColumns(table: string, onCluster: string): string {
  const columns = [
    ...COLUMNS.map((column) => `${column.name} ${SQL_TYPES[column.kind]}`),
    ...RECORD_COLUMNS.map(recordColumn),
    ...ARRIVAL_COLUMNS,
    HASH_COLUMN,
  ]
  const clauses = columns.map((column) => `ADD COLUMN IF NOT EXISTS ${column}`)
  return `ALTER TABLE ${table}${onCluster} ${clauses.join(', ')}`
}

function quoteName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}
