import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { TENANT } from '#app/filled-store.ts'
import type { Pipeline, Prepared } from '#app/pipeline.ts'
import { formatError } from '#cli/failure.ts'
import { systemClock } from '#domain/clock.ts'
import { giveWay } from '#domain/priority.ts'

import { synthesizeRecords } from '#cli/commands/bench/synthesized-records.ts'
import { FeederSettings } from './ingest-steadily.ts'

/**
 * The process that stores records at a steady rate, as a worker beside the one that answers searches: normalizing takes its
 * time from the machine, and not from the event loop whose waiting is measured.
 */

/** Records of one commit at most: what a busy feed brings in a second. */
const AT_A_TIME = 10_000
/** The file is gone through again, with other ids, when it ends. */
const FILE_SECONDS = 10

const settings = FeederSettings.parse(JSON.parse(process.argv[2] ?? '{}'))
const { url, ingest, seed, folder } = settings
giveWay()
let isOver = false
let stored = 0

const app = await compose(readConfig({ CORDON_DATA: join(folder, 'feeder'), CORDON_CLICKHOUSE_URL: url }), {
  clock: systemClock,
  log: (error) => void process.stderr.write(formatError(error)),
})
const file = join(folder, 'meanwhile.ndjson')
await synthesizeRecords(file, { records: ingest * FILE_SECONDS, seed: seed + 1 })
const begun = performance.now()
const running = feed(app.pipeline)
process.send?.('feeding')
process.once('message', () => void end())
process.once('disconnect', () => process.exit())

async function feed(pipeline: Pipeline): Promise<void> {
  const size = Math.min(ingest, AT_A_TIME)
  for await (const records of batches(size)) {
    const prepared: Prepared = pipeline.prepare({ tenantId: TENANT, dataset: 'o365.audit', origin: 'bench' }, records)
    await pipeline.commit([prepared])
    stored += records.length
    await pause(Math.max(0, (stored / ingest) * 1_000 - (performance.now() - begun)))
  }
}

async function* batches(size: number): AsyncGenerator<string[]> {
  for (let pass = 1; ; pass += 1) {
    let batch: string[] = []
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (isOver) return
      // An id is hexadecimal: another first group is another record.
      batch.push(line.replace(/"Id":"[0-9a-f]{4}/, `"Id":"${pass.toString(16).padStart(4, '0')}`))
      if (batch.length < size) continue
      yield batch
      batch = []
    }
  }
}

/** Says the rate that was reached. */
async function end(): Promise<void> {
  const rate = stored / ((performance.now() - begun) / 1_000)
  isOver = true
  await running
  await app.close()
  process.send?.({ rate }, () => process.disconnect())
}
