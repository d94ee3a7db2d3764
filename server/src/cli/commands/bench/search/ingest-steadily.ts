import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import type { Pipeline, Prepared } from '#app/pipeline.ts'
import { synthesizeRecords } from '#cli/commands/bench/synthesized-records.ts'

import { TENANT } from '#app/filled-store.ts'

/** Records normalized without a break: what a search may have to wait for. */
const AT_A_TIME = 200
/** The file is gone through again, with other ids, when it ends. */
const FILE_SECONDS = 10

/** Stores records at a steady rate until `stop`, which gives the rate that was reached. */
export async function ingestSteadily(
  pipeline: Pipeline,
  { ingest, seed, folder }: { ingest: number; seed: number; folder: string },
): Promise<{ stop(): Promise<number> }> {
  if (ingest === 0) return { stop: () => Promise.resolve(0) }
  const file = join(folder, 'meanwhile.ndjson')
  await synthesizeRecords(file, { records: ingest * FILE_SECONDS, seed: seed + 1 })
  let stopped = false
  let stored = 0
  const begun = performance.now()

  async function run(): Promise<void> {
    let waiting: Prepared[] = []
    for await (const records of batches(file, () => stopped)) {
      waiting.push(pipeline.prepare({ tenantId: TENANT, dataset: 'o365.audit', origin: 'bench' }, records))
      const taken = waiting.length * AT_A_TIME
      if (taken < Math.min(ingest, 20_000)) {
        await pause(0)
        continue
      }
      await pipeline.commit(waiting)
      stored += taken
      waiting = []
      const due = (stored / ingest) * 1_000
      await pause(Math.max(0, due - (performance.now() - begun)))
    }
  }
  const running = run()
  return {
    async stop() {
      stopped = true
      const seconds = (performance.now() - begun) / 1_000
      const reached = stored / seconds
      await running
      await rm(file, { force: true })
      return reached
    },
  }
}

async function* batches(file: string, isOver: () => boolean): AsyncGenerator<string[]> {
  for (let pass = 1; ; pass += 1) {
    let batch: string[] = []
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (isOver()) return
      // An id is hexadecimal: another first group is another record.
      batch.push(line.replace(/"Id":"[0-9a-f]{4}/, `"Id":"${pass.toString(16).padStart(4, '0')}`))
      if (batch.length < AT_A_TIME) continue
      yield batch
      batch = []
    }
  }
}
