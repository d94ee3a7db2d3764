import { startEmbeddedClickHouse } from '#store/engines/clickhouse-embedded/engine.ts'

/** A process that starts the engine in the folder of its first argument, tells the engine's process id, and waits. */
const engine = await startEmbeddedClickHouse({ dataDir: process.argv[2] ?? '' })
process.send?.(engine.pid)
