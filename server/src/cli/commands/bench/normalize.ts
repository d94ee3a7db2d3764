import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import type { Command } from 'commander'
import { z } from 'zod'

import { auditTexts } from '#app/import.ts'
import { outcomesOf } from '#app/normalize.ts'
import { AT_ONCE } from '#app/pipeline.ts'

import { describeMachine } from './machine.ts'
import { count, median, round } from './numbers.ts'
import { synthesizeRecords } from './synthesized-records.ts'

const DATASET = 'o365.audit'
const Options = z.object({ records: z.number(), rounds: z.number(), seed: z.number() })

/**
 * `cordon bench normalize`: normalizes synthesized audit records on one thread and prints one JSON object. The baseline is what
 * no normalizer can do without, `JSON.parse` of the same records: the two take turns, round by round, so that whatever else the
 * machine does meets both. Rates are by the processor time of the thread, which other programs do not take part in.
 */
export function benchNormalize(bench: Command): void {
  bench
    .command('normalize')
    .description('normalize synthesized audit records on one thread, beside bare JSON.parse, and print rates as JSON')
    .option('--records <n>', 'how many', count, 50_000)
    .option('--rounds <n>', 'how often each; the median counts', count, 9)
    .option('--seed <n>', 'which records', count, 1)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const texts = await synthesized(params)
      const normalize = outcomesOf(DATASET)
      const kept = texts.filter((text) => normalize([text])[0]?.outcome === 'kept').length
      const parses: Spent[] = []
      const normalizes: Spent[] = []
      for (let turn = 0; turn < params.rounds; turn++) {
        parses.push(spend(() => makeAll(texts, (some) => some.map((text): unknown => JSON.parse(text)))))
        normalizes.push(spend(() => makeAll(texts, normalize)))
      }
      const perSecond = (spent: readonly Spent[], clock: keyof Spent) =>
        texts.length / median(spent.map((turn) => turn[clock]))
      const normalized = perSecond(normalizes, 'threadSeconds')
      const parsed = perSecond(parses, 'threadSeconds')
      const report = {
        bench: 'normalize',
        params: { dataset: DATASET, ...params },
        machine: describeMachine(),
        metrics: {
          events_per_s_per_thread: Math.round(normalized),
          events_per_s_wall: Math.round(perSecond(normalizes, 'seconds')),
          record_bytes: Math.round(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / texts.length),
          kept_events: kept,
        },
        baseline: {
          json_parse_records_per_s: Math.round(parsed),
          json_parse_records_per_s_wall: Math.round(perSecond(parses, 'seconds')),
        },
        ratio: round(normalized / parsed),
      }
      process.stdout.write(`${JSON.stringify(report)}\n`)
    })
}

async function synthesized(params: z.infer<typeof Options>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
  try {
    const file = join(folder, 'records.ndjson')
    await synthesizeRecords(file, params)
    const texts: string[] = []
    for await (const some of auditTexts(file)) texts.push(...some)
    return texts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Spent {
  threadSeconds: number
  seconds: number
}

function spend(work: () => void): Spent {
  const begun = performance.now()
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return { threadSeconds: (user + system) / 1e6, seconds: (performance.now() - begun) / 1000 }
}

/** So many at a time as in the pipeline, and what they make is thrown away at once. */
function makeAll(texts: readonly string[], make: (some: readonly string[]) => unknown): void {
  for (let from = 0; from < texts.length; from += AT_ONCE) make(texts.slice(from, from + AT_ONCE))
}
