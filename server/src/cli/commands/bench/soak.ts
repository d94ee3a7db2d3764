import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import type { Command } from 'commander'
import { z } from 'zod'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { formatError } from '#cli/failure.ts'
import { systemClock } from '#domain/clock.ts'

import { type EmulatedCloud, startEmulatedCloud } from './emulated-cloud.ts'
import { describeMachine } from './machine.ts'
import { count, round, slope } from './numbers.ts'
import { residentBytes } from './watch-memory.ts'

const Options = z.object({ hours: z.number(), warmUp: z.number(), mailboxes: z.number() })
type Params = z.infer<typeof Options>

const STEP_MINUTES = 30
const STEPS_PER_HOUR = 60 / STEP_MINUTES
const POLL_MS = 500
const USER = { id: 'bench', name: 'bench', role: 'administrator', createdAt: '2026-01-01T00:00:00Z' } as const
const ROLES = [
  'ActivityFeed.Read',
  'ActivityFeed.ReadDlp',
  'AuditLog.Read.All',
  'Directory.Read.All',
  'IdentityRiskEvent.Read.All',
  'SecurityAlert.Read.All',
]
const FEEDS = [
  ...['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All'].map(
    (type) => `management-activity.${type}`,
  ),
  'graph.sign-ins.interactive',
  'graph.sign-ins.non-interactive',
  'graph.sign-ins.service-principal',
  'graph.directory-audits',
  'graph.risk-detections',
  'graph.alerts',
]

/** What is held at one moment, bytes. */
interface Sample {
  /** Resident, of this process and the engine. */
  resident: number
  /** What JavaScript holds after everything that can be was freed: objects, and memory outside its heap but PGlite's. */
  held: number
}

/**
 * `cordon bench soak`: collects from an emulated company while its clock and Cordon's go on, hour by hour in a few seconds each,
 * and looks at the memory after each hour. What lasts would show as growth, however little a day brings.
 */
export function benchSoak(bench: Command): void {
  bench
    .command('soak')
    .description('collect for hours of simulated time, and print as JSON how memory grows')
    .option('--hours <n>', 'of simulated time that are measured', count, 30)
    // Correlations remember a day, and six hours for what comes late: before that they fill, and memory grows by design.
    .option('--warm-up <n>', 'hours before them, until correlations hold as much as they ever do', count, 30)
    .option('--mailboxes <n>', 'of the company: some 150 records a day each', count, 200)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
      const cloud = await startEmulatedCloud(folder, ['--throttle', 'off', '--org', String(params.mailboxes)])
      let aheadMs = 0
      const environment = { CORDON_DATA: join(folder, 'data'), CORDON_CLOUD_FILE: cloud.cloudFile }
      const app = await compose(
        { ...readConfig(environment), pollMs: POLL_MS },
        {
          clock: { now: () => systemClock.now() + aheadMs },
          log: (error) => void process.stderr.write(formatError(error)),
          lookbackMs: 3_600_000,
        },
      )
      async function advance(ms: number): Promise<void> {
        await cloud.control('/clock', { advanceMs: ms })
        aheadMs += ms
      }
      try {
        process.stdout.write(`${JSON.stringify(await soak(app, cloud, params, advance))}\n`)
      } finally {
        await app.close()
        await cloud.stop()
        await rm(folder, { recursive: true, force: true })
      }
    })
}

async function soak(app: Application, cloud: EmulatedCloud, params: Params, advance: (ms: number) => Promise<void>) {
  const { clientId, secret } = await cloud.register(ROLES)
  await app.start()
  await app.connections.create(USER, {
    name: 'Emulated',
    cloud: 'emulated',
    directoryId: cloud.tenantId,
    clientId,
    credential: { kind: 'secret', secret },
    feeds: FEEDS,
    unchecked: true,
  })
  const begun = systemClock.now()
  await collected(app, cloud, new Map())
  const samples: Sample[] = []
  for (let hour = -params.warmUp; hour <= params.hours; hour++) {
    const sample = await measure(cloud)
    process.stderr.write(`hour ${hour}: ${round(sample.resident / 1e6)} MB, held ${round(sample.held / 1e6)} MB\n`)
    if (hour >= 0) samples.push(sample)
    if (hour === params.hours) break
    for (let step = 0; step < STEPS_PER_HOUR; step++) {
      const before = await edges(app, cloud)
      await advance(STEP_MINUTES * 60_000)
      await collected(app, cloud, before)
    }
  }
  const seconds = (systemClock.now() - begun) / 1000
  const { total } = await app.search.page(cloud.tenantId, {
    from: '2020-01-01T00:00:00Z',
    to: '2040-01-01T00:00:00Z',
    limit: 1,
  })
  const megabytes = (of: (sample: Sample) => number) => samples.map((sample) => of(sample) / 1e6)
  const resident = megabytes((sample) => sample.resident)
  const held = megabytes((sample) => sample.held)
  return {
    bench: 'soak',
    params: { ...params, feeds: FEEDS.length },
    machine: describeMachine(),
    metrics: {
      memory_mb_start: round(resident[0]!),
      memory_mb_end: round(resident.at(-1)!),
      memory_mb_peak: round(Math.max(...resident)),
      memory_growth_mb_per_hour: round(slope(resident)),
      held_mb_start: round(held[0]!),
      held_mb_end: round(held.at(-1)!),
      held_growth_mb_per_hour: round(slope(held)),
      events: total,
      duration_s: round(seconds),
    },
  }
}

type Edges = Map<string, string>

/** Up to where each feed has been collected. */
async function edges(app: Application, { tenantId }: EmulatedCloud): Promise<Edges> {
  const { feeds } = await app.overview.read(tenantId)
  return new Map(feeds.flatMap(({ feed, until }) => (until === undefined ? [] : [[feed, until]])))
}

/** Resolves when every feed has been collected further than it was `before`. */
async function collected(app: Application, cloud: EmulatedCloud, before: Edges): Promise<void> {
  for (;;) {
    const now = await edges(app, cloud)
    if (FEEDS.every((feed) => (now.get(feed) ?? '') > (before.get(feed) ?? ''))) return
    await pause(POLL_MS)
  }
}

async function measure({ pid }: EmulatedCloud): Promise<Sample> {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  // The first frees what only finalizers held, which run between the two.
  collectGarbage()
  await pause(POLL_MS)
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { resident: residentBytes(pid), held: heapUsed + arrayBuffers }
}
