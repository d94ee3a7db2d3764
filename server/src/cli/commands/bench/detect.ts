import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Command } from 'commander'
import { z } from 'zod'

import { createPlainMatch, type PlainEvent, readRules, type RuleSet, rulesIn } from '#app/detect.ts'
import { huntFilledStore } from '#app/filled-history.ts'
import { fillStore } from '#app/filled-store.ts'
import { formatError } from '#cli/failure.ts'

import { describeMachine } from './machine.ts'
import { cloudRules, documentRule, historyRules, keyedRules, longRules } from './made-up-rules.ts'
import { count, round } from './numbers.ts'
import { synthesizeRecords } from './synthesized-records.ts'

const Options = z.object({
  records: z.number(),
  seed: z.number(),
  history: z.number(),
  data: z.string().optional(),
  rules: z.string().optional(),
})
/** As many as SigmaHQ has: for Microsoft's cloud, and in all. */
const CLOUD_RULES = 152
const ALL_RULES = 3_780
const KEYED_RULES = 1_000
const HISTORY_RULES = 100
const MEASURED_SECONDS = 3

/**
 * `cordon bench detect`: how many audit records a second of one core rules look at, matching alone (records are read and parsed
 * before), how long reading made-up rules takes, and what a rule costs over history: its share of one pass of a hundred that name
 * operations over stored events of thirty days, by the clock; also what a pass of one rule takes, and of one for which whole events
 * have to be read. With a checkout of SigmaHQ the cloud rules are its own, else made up too.
 */
export function benchDetect(bench: Command): void {
  bench
    .command('detect')
    .description('match rules against synthesized audit records, and print rates as JSON')
    .option('--records <n>', 'how many different ones', count, 20_000)
    .option('--seed <n>', 'which records', count, 1)
    .option('--history <n>', 'how many events are stored for rules to go back over; 0: none', count, 1_000_000)
    .option('--data <folder>', 'keep the store there, and use the one that is there already')
    .option('--rules <folder>', 'a checkout of SigmaHQ, for its cloud rules; without it they are made up')
    .action(async (_options, command: Command) => {
      const { rules: folder, data, ...params } = Options.parse(command.opts())
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
          ...(params.history > 0 && (await goBack(params, data))),
        },
      }
      process.stdout.write(`${JSON.stringify(report)}\n`)
    })
}

/** A hundred rules over history in one pass; one of them alone; and one for which events are read. */
async function goBack({ history, seed }: { history: number; seed: number }, data: string | undefined) {
  const folder = data ?? (await mkdtemp(join(tmpdir(), 'cordon-bench-')))
  try {
    await fillStore(
      folder,
      { events: history, seed },
      {
        synthesize: synthesizeRecords,
        log: (error) => void process.stderr.write(formatError(error)),
        note: (line) => void process.stderr.write(`${line}\n`),
      },
    )
    const sets = [historyRules(HISTORY_RULES), historyRules(1), documentRule()].map(rulesIn)
    const { events, ms } = await huntFilledStore(folder, sets)
    const [many = 0, one = 0, documents = 0] = ms.map((each) => each / (events / 1e6))
    return {
      retro_ms_per_rule_per_million: round(many / HISTORY_RULES),
      retro_rules: HISTORY_RULES,
      retro_one_rule_ms_per_million: round(one),
      retro_document_rule_ms_per_million: round(documents),
      retro_events: events,
    }
  } finally {
    if (data === undefined) await rm(folder, { recursive: true, force: true })
  }
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
