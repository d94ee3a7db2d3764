import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import type { Command } from 'commander'
import { z } from 'zod'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { fillStore, TENANT } from '#app/filled-store.ts'
import type { Search } from '#app/search.ts'
import { serveEventStore } from '#app/stores.ts'
import { formatError } from '#cli/failure.ts'
import { systemClock } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'

import { describeMachine } from './machine.ts'
import { count, median, percentile, round } from './numbers.ts'
import { ingestSteadily } from './search/ingest-steadily.ts'
import { type Asked, questions } from './search/questions.ts'
import { synthesizeRecords } from './synthesized-records.ts'
import { watchMemory } from './watch-memory.ts'

const Options = z.object({
  events: z.number(),
  queries: z.number(),
  ingest: z.number(),
  seed: z.number(),
  data: z.string().optional(),
})

/** Before it counts: the engine's caches as they are on a server that has been up for a while. */
const WARM_UP = 3

/**
 * `cordon bench search`: how long people wait for the Events page. One tenant's events over thirty days, with those of a second
 * tenant among them; then searches as the page makes them (a page of a hundred, the total, the histogram, all at once), one
 * after another, while a process beside this one normalizes and stores records at a steady rate.
 *
 * - field_query: two or three conditions, over seven of the thirty days.
 * - exact_user: a user's name, over all time.
 * - text: three words of a sentence, over all time.
 *
 * The baseline is the page's least work: counting the tenant's events of seven days without any condition.
 */
export function benchSearch(bench: Command): void {
  bench
    .command('search')
    .description('search a store of many events while more are stored, and print the times as JSON')
    .option('--events <n>', 'stored before the first search', count, 10_000_000)
    .option('--queries <n>', 'of each kind', count, 40)
    .option('--ingest <n>', 'records a second meanwhile', count, 10_000)
    .option('--seed <n>', 'which records and queries', count, 1)
    .option('--data <folder>', 'keep the store there, and use the one that is there already')
    .action(async (_options, command: Command) => {
      const { data, ...params } = Options.parse(command.opts())
      const folder = data ?? (await mkdtemp(join(tmpdir(), 'cordon-bench-')))
      try {
        const begun = performance.now()
        const log = (error: AppError) => void process.stderr.write(formatError(error))
        const note = (line: string) => void process.stderr.write(`${line}\n`)
        const filled = await fillStore(folder, params, { synthesize: synthesizeRecords, log, note })
        const filledAt = performance.now()
        await using opened = new AsyncDisposableStack()
        const engine = await serveEventStore({ host: '127.0.0.1', port: 0, data: join(folder, 'events') })
        opened.defer(() => engine.stop())
        const config = readConfig({ CORDON_DATA: folder, CORDON_CLICKHOUSE_URL: engine.url })
        const app = await compose(config, { clock: systemClock, log })
        opened.defer(() => app.close())
        const memory = watchMemory()
        const measured = await measure(app, { ...params, url: engine.url })
        const report = {
          bench: 'search',
          params,
          machine: describeMachine(),
          metrics: {
            ...measured.metrics,
            events: filled.events,
            parts: filled.parts,
            disk_bytes_per_event: Math.round(filled.bytes / filled.events),
            fill_s: round((filledAt - begun) / 1000),
            peak_rss_mb: Math.round(memory.stop() / 1e6),
          },
          baseline: { count_7d_p95_ms: measured.baseline },
          ratio: round(measured.metrics.field_query_p95_ms / measured.baseline),
        }
        process.stdout.write(`${JSON.stringify(report)}\n`)
      } finally {
        if (data === undefined) await rm(folder, { recursive: true, force: true })
      }
    })
}

async function measure(app: Application, params: Omit<z.infer<typeof Options>, 'data'> & { url: string }) {
  const kinds = await questions(app.search, params)
  const ingesting = await ingestSteadily(params)
  const times: Record<keyof typeof kinds, number[]> = { fieldQuery: [], exactUser: [], text: [], everything: [] }
  const matched: Record<keyof typeof kinds, number[]> = { fieldQuery: [], exactUser: [], text: [], everything: [] }
  // In turn, so that each kind meets the same hours of the machine.
  for (let turn = 0; turn < params.queries + WARM_UP; turn += 1) {
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const { ms, total } = await searchAsPage(app.search, kinds[kind][turn]!)
      if (turn < WARM_UP) continue
      times[kind].push(ms)
      matched[kind].push(total)
    }
  }
  const rate = await ingesting.stop()
  const p95 = (values: readonly number[]) => Math.round(percentile(values, 95))
  const p50 = (values: readonly number[]) => Math.round(median(values))
  return {
    metrics: {
      field_query_p95_ms: p95(times.fieldQuery),
      field_query_p50_ms: p50(times.fieldQuery),
      exact_user_p95_ms: p95(times.exactUser),
      exact_user_p50_ms: p50(times.exactUser),
      text_p95_ms: p95(times.text),
      text_p50_ms: p50(times.text),
      field_query_matched_p50: p50(matched.fieldQuery),
      exact_user_matched_p50: p50(matched.exactUser),
      text_matched_p50: p50(matched.text),
      ingest_events_per_s: Math.round(rate),
    },
    baseline: p95(times.everything),
  }
}

/** What the Events page asks for when a query is typed. */
async function searchAsPage(search: Search, { query, from, to, alone }: Asked): Promise<{ ms: number; total: number }> {
  const begun = performance.now()
  const filter = { from, to, query }
  const [page] = await Promise.all([
    search.page(TENANT, { ...filter, limit: alone ? 1 : 100 }),
    ...(alone ? [] : [search.histogram(TENANT, { ...filter, buckets: 80 })]),
  ])
  return { ms: performance.now() - begun, total: page.total }
}
