import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Command } from 'commander'
import { z } from 'zod'

import { isoTime, systemClock } from '#domain/clock.ts'

import { runOnce, type RunOutcome } from './completeness/run.ts'
import { startWorker } from './completeness/worker-process.ts'
import { type EmulatedCloud, startEmulatedCloud } from './emulated-cloud.ts'
import { describeMachine } from './machine.ts'
import { count, percentile, round } from './numbers.ts'

const Options = z.object({ runs: z.number(), seed: z.number(), atOnce: z.number() })
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
    .option('--at-once <n>', 'runs side by side, each lane with a cloud of its own', count, availableParallelism())
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
  const template = join(folder, 'template')
  const seeds = Array.from({ length: params.runs }, (_, run) => params.seed + run).values()
  const lanes = Array.from({ length: Math.min(params.atOnce, params.runs) }, (_, lane) => join(folder, `lane-${lane}`))
  let outcomes: RunOutcome[]
  try {
    await makeTemplate(template, join(folder, 'first'))
    outcomes = (await Promise.all(lanes.map((lane) => runLane(seeds, lane, template)))).flat()
  } finally {
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
    failing_seeds: outcomes.flatMap((outcome) => (isFailed(outcome) ? [outcome.seed] : [])).toSorted((a, b) => a - b),
  }
}

/** Runs seed after seed of those that are left; every lane takes from the same. */
async function runLane(seeds: Iterator<number, undefined>, folder: string, template: string): Promise<RunOutcome[]> {
  const outcomes: RunOutcome[] = []
  let cloud: EmulatedCloud | undefined
  try {
    for (let next = seeds.next(); !next.done; next = seeds.next()) {
      if (outcomes.length % RUNS_PER_CLOUD === 0) {
        await cloud?.stop()
        cloud = await startCloud(join(folder, `cloud-${outcomes.length}`))
      }
      const outcome = await runOnce(cloud!, { seed: next.value, folder, template })
      outcomes.push(outcome)
      process.stderr.write(`${describe(outcome)}\n`)
    }
  } finally {
    await cloud?.stop()
  }
  return outcomes
}

/** Part of the company's day lies ahead of its clock, so that time brings something new. */
async function startCloud(folder: string): Promise<EmulatedCloud> {
  await mkdir(folder, { recursive: true })
  const epoch = isoTime(systemClock.now() + 7 * HOUR)
  return startEmulatedCloud(folder, ['--no-live', '--throttle', 'off', '--epoch', epoch])
}

/** A data folder with every table and nothing in them. */
async function makeTemplate(data: string, folder: string): Promise<void> {
  const cloud = await startCloud(folder)
  const { cloudFile, tenantId } = cloud
  await startWorker({ data, cloudFile, tenantId, aheadMs: 0 }).stop()
  await cloud.stop()
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
