import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import type { Command } from 'commander'
import { z } from 'zod'

import { compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { auditTexts, importFiles } from '#app/import.ts'
import { formatError } from '#cli/failure.ts'
import { systemClock } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { IntakeCounts } from '#domain/outcome.ts'

import { describeMachine } from './machine.ts'
import { count, round } from './numbers.ts'
import { synthesizeRecords } from './synthesized-records.ts'
import { watchMemory } from './watch-memory.ts'

const TENANT = parseTenantId('00000000-0000-0000-0000-000000000000')!
const Options = z.object({ records: z.number(), seed: z.number() })

/**
 * `cordon bench ingest`: imports synthesized audit records into stores of its own and prints one JSON object. The baseline
 * is what no program can do without: `JSON.parse` of the same records, one after another, in the same process.
 */
export function benchIngest(bench: Command): void {
  bench
    .command('ingest')
    .description('import synthesized audit records into new embedded stores and print the rate as JSON')
    .option('--records <n>', 'how many', count, 1_000_000)
    .option('--seed <n>', 'which records', count, 1)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
      try {
        const file = join(folder, 'records.ndjson')
        await synthesizeRecords(file, params)
        const parsedPerSecond = await parseRate(file)
        const memory = watchMemory()
        const { counts, seconds } = await ingest(folder, file)
        const eventsPerSecond = counts.read / seconds
        const report = {
          bench: 'ingest',
          params,
          machine: describeMachine(),
          metrics: {
            events_per_s: Math.round(eventsPerSecond),
            peak_rss_mb: Math.round(memory.stop() / 1e6),
            duration_s: round(seconds),
            kept_events: counts.kept,
          },
          baseline: { json_parse_records_per_s: Math.round(parsedPerSecond) },
          ratio: round(eventsPerSecond / parsedPerSecond),
        }
        process.stdout.write(`${JSON.stringify(report)}\n`)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
}

/** Records per second of `JSON.parse` alone; the reading is not counted. */
async function parseRate(file: string): Promise<number> {
  let parsed = 0
  let spentMs = 0
  for await (const texts of auditTexts(file)) {
    const begun = performance.now()
    for (const text of texts) JSON.parse(text)
    spentMs += performance.now() - begun
    parsed += texts.length
  }
  return parsed / (spentMs / 1000)
}

async function ingest(folder: string, file: string): Promise<{ counts: IntakeCounts; seconds: number }> {
  const log = (error: AppError) => void process.stderr.write(formatError(error))
  const app = await compose(readConfig({ CORDON_DATA: join(folder, 'data') }), { clock: systemClock, log })
  try {
    const begun = performance.now()
    const counts = await importFiles(app.pipeline, { tenantId: TENANT, dataset: 'o365.audit', sources: [file] })
    return { counts, seconds: (performance.now() - begun) / 1000 }
  } finally {
    await app.close()
  }
}
