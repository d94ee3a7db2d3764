import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Command } from 'commander'
import { z } from 'zod'

import { createPlainMatch, type PlainEvent, readRules, type RuleSet, rulesIn } from '#app/detect.ts'

import { describeMachine } from './machine.ts'
import { cloudRules, keyedRules, longRules } from './made-up-rules.ts'
import { count, round } from './numbers.ts'
import { synthesizeRecords } from './synthesized-records.ts'

const Options = z.object({ records: z.number(), seed: z.number(), rules: z.string().optional() })
/** As many as SigmaHQ has: for Microsoft's cloud, and in all. */
const CLOUD_RULES = 152
const ALL_RULES = 3_780
const KEYED_RULES = 1_000
const MEASURED_SECONDS = 3

/**
 * `cordon bench detect`: how many audit records a second of one core rules look at, matching alone (records are read and parsed
 * before), and how long reading made-up rules takes. With a checkout of SigmaHQ the cloud rules are its own, else made up too.
 */
export function benchDetect(bench: Command): void {
  bench
    .command('detect')
    .description('match rules against synthesized audit records, and print rates as JSON')
    .option('--records <n>', 'how many different ones', count, 20_000)
    .option('--seed <n>', 'which records', count, 1)
    .option('--rules <folder>', 'a checkout of SigmaHQ, for its cloud rules; without it they are made up')
    .action(async (_options, command: Command) => {
      const { rules: folder, ...params } = Options.parse(command.opts())
      const events = await synthesizedEvents(params)
      const text = longRules(ALL_RULES)
      const begun = processorSeconds()
      const long = rulesIn(text)
      const loadSeconds = processorSeconds() - begun
      const cloud = folder === undefined ? rulesIn(cloudRules(CLOUD_RULES)) : cloudRulesOf(await readRules([folder]))
      const report = {
        bench: 'detect',
        params: { ...params, rules: folder ?? 'made up', cloud_rules: cloud.rules.length, keyed_rules: KEYED_RULES },
        machine: describeMachine(),
        metrics: {
          cloud_rules_events_per_s: matchRate(cloud, events),
          keyed_rules_events_per_s: matchRate(rulesIn(keyedRules(KEYED_RULES)), events),
          load_3780_rules_s: round(loadSeconds),
          rules_loaded: long.rules.length,
        },
      }
      process.stdout.write(`${JSON.stringify(report)}\n`)
    })
}

async function synthesizedEvents(params: { records: number; seed: number }): Promise<PlainEvent[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
  try {
    const file = join(folder, 'records.ndjson')
    await synthesizeRecords(file, params)
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
    return lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function cloudRulesOf({ rules, ...rest }: RuleSet): RuleSet {
  const products = new Set(['m365', 'azure'])
  return { ...rest, rules: rules.filter(({ logsource }) => products.has(logsource.product ?? '')) }
}

/** Events a second of the processor, after one round that warms up. */
function matchRate(rules: RuleSet, events: readonly PlainEvent[]): number {
  const match = createPlainMatch(rules)
  for (const event of events) match(event)
  const begun = processorSeconds()
  let rounds = 0
  while (processorSeconds() - begun < MEASURED_SECONDS) {
    for (const event of events) match(event)
    rounds++
  }
  return Math.round((rounds * events.length) / (processorSeconds() - begun))
}

/** What this thread has had of a core so far: what else the machine does is no part of it. */
function processorSeconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e6
}
