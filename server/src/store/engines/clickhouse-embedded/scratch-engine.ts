import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type ClickHouse, connect } from '#store/clickhouse/client.ts'
import { startEmbeddedClickHouse } from './engine.ts'

/** It has nothing else to do than what it was started for. */
const MEMORY_MB = 1_500

/**
 * An embedded ClickHouse for one purpose, in a temporary folder; closed, it is gone with everything in it.
 *
 * @throws AppError STORE_UNREACHABLE, APP_DATA_UNWRITABLE
 */
export async function openScratchEngine(): Promise<{ clickhouse: ClickHouse; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-engine-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const engine = await startEmbeddedClickHouse({ dataDir: folder, memoryLimitMb: MEMORY_MB })
    const clickhouse = connect(engine)
    return {
      clickhouse,
      async close() {
        await clickhouse.close()
        await engine.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
