import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Command } from 'commander'
import { z } from 'zod'

import { isoTime, systemClock } from '#domain/clock.ts'

import { runOnce, type RunOutcome } from './completeness/run.ts'
import { startWorker } from './completeness/worker-process.ts'
import { type EmulatedCloud, startEmulatedCloud } from './emulated-cloud.ts'
import { describeMachine } from './machine.ts'
import { count, percentile, round } from './numbers.ts'

const Options = z.object({ runs: z.number(), seed: z.number() })
type Params = z.infer<typeof Options>

/** So that the company's day does not end before the runs do. */
const RUNS_PER_CLOUD = 25
const HOUR = 3_600_000

/**
 * `cordon bench completeness`: seeded runs against an emulated cloud that misbehaves in several ways at once, with a worker that
 * is killed at random points. Each run compares the event store with what the emulator knows to be true. `--runs 1 --seed N`
 * repeats one: the same feeds, faults, clock and moments, as far as a machine's own speed allows.
 */
export function benchCompleteness(bench: Command): void {
  bench
    .command('completeness')
    .description(
      'collect through faults and kills, and print as JSON whether anything was lost, doubled or left unexplained',
    )
    .option('--runs <n>', 'how many, each with the next seed', count, 200)
    .option('--seed <n>', 'of the first run', count, 1)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const report = await completeness(params)
      process.stdout.write(`${JSON.stringify(report)}\n`)
      if (report.failing_seeds.length > 0) process.exitCode = 1
    })
}

/** All runs, and what they came to. */
export async function completeness(params: Params) {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
  const outcomes: RunOutcome[] = []
  let cloud: EmulatedCloud | undefined
  try {
    const template = join(folder, 'template')
    for (let run = 0; run < params.runs; run++) {
      if (run % RUNS_PER_CLOUD === 0) {
        await cloud?.stop()
        cloud = await startCloud(join(folder, `cloud-${run}`))
      }
      if (run === 0) await makeTemplate(template, cloud!)
      const outcome = await runOnce(cloud!, { seed: params.seed + run, folder, template })
      outcomes.push(outcome)
      process.stderr.write(`${describe(outcome)}\n`)
    }
  } finally {
    await cloud?.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const sum = (of: (outcome: RunOutcome) => number) => outcomes.reduce((total, each) => total + of(each), 0)
  return {
    bench: 'completeness',
    params,
    machine: describeMachine(),
    metrics: {
      lost: sum(({ lost }) => lost.length),
      doubled: sum(({ doubled }) => doubled.length),
      invented: sum(({ invented }) => invented.length),
      unexplained_gaps: sum(({ unexplained }) => unexplained.length),
      explained_gaps: sum(({ explained }) => explained.length),
      records: sum(({ records }) => records),
      faults_struck: sum(({ struck }) => struck),
      kills: sum(({ kills }) => kills),
      run_p95_s: round(
        percentile(
          outcomes.map(({ seconds }) => seconds),
          95,
        ),
      ),
    },
    failing_seeds: outcomes.filter(isFailed).map(({ seed }) => seed),
  }
}

/** Part of the company's day lies ahead of its clock, so that time brings something new. */
async function startCloud(folder: string): Promise<EmulatedCloud> {
  await mkdir(folder)
  const epoch = isoTime(systemClock.now() + 7 * HOUR)
  return startEmulatedCloud(folder, ['--no-live', '--throttle', 'off', '--epoch', epoch])
}

/** A data folder with every table and nothing in them. */
async function makeTemplate(data: string, { cloudFile, tenantId }: EmulatedCloud): Promise<void> {
  await startWorker({ data, cloudFile, tenantId, aheadMs: 0 }).stop()
}

function isFailed({ lost, doubled, invented, unexplained }: RunOutcome): boolean {
  return lost.length + doubled.length + invented.length + unexplained.length > 0
}

/** One line a run; what went wrong in full. */
function describe(outcome: RunOutcome): string {
  const { seed, records, struck, kills, skewMin, seconds, lost, doubled, invented, unexplained, feeds, faults } =
    outcome
  const line = `seed ${seed}: ${records} records, ${struck} faults, ${kills} kills, clock ${skewMin} min, ${round(seconds)} s`
  if (!isFailed(outcome)) return line
  const first = (ids: readonly string[]) => `${ids.length} (${ids.slice(0, 3).join(', ')})`
  return [
    `${line}: FAILED`,
    `  feeds: ${feeds.join(', ')}; faults: ${faults.join(', ')}`,
    `  lost ${first(lost)}, doubled ${first(doubled)}, invented ${first(invented)}`,
    ...unexplained.map((each) => `  ${each}`),
  ].join('\n')
}
