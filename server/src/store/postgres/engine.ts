import type { Pool } from 'pg'

/** A running PostgreSQL, embedded or a server: what the record store and durable work stand on. */
export interface PostgresEngine {
  pool: Pool
  /** Waits for running statements, then lets go of it. */
  stop(): Promise<void>
}
