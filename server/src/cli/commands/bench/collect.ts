import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Command } from 'commander'
import { z } from 'zod'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { formatError } from '#cli/failure.ts'
import { systemClock } from '#domain/clock.ts'

import { type EmulatedCloud, startEmulatedCloud } from './emulated-cloud.ts'
import { describeMachine } from './machine.ts'
import { count, percentile, round } from './numbers.ts'
import { processorSeconds } from './processor-time.ts'
import { watchMemory } from './watch-memory.ts'

const Options = z.object({ mailboxes: z.number(), seconds: z.number(), rate: z.number(), poll: z.number() })
type Params = z.infer<typeof Options>

const CONTENT_TYPES = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All']
const ALL_TIME = { from: '2020-01-01T00:00:00Z', to: '2040-01-01T00:00:00Z' }
const USER = { id: 'bench', name: 'bench', role: 'administrator', createdAt: '2026-01-01T00:00:00Z' } as const
const DAY = 24 * 3_600_000
/** Of an emulated day of everyday activity: `m365-emulator start --activity 1`. */
const RECORDS_A_DAY = 29_000
const RECORDS_A_MAILBOX = 150
const Truth = z.record(z.string(), z.object({ records: z.array(z.string()) }))

/**
 * `cordon bench collect`: collects a day of the audit log of an emulated company over HTTPS, throttling off, from the first
 * request until all of it can be searched; then content becomes available at a steady rate, and each piece is watched from that
 * moment until it can be searched. The emulator runs on the same machine and takes its share of it, though it has the day's
 * content ready: the processor time of each process is told beside the rate, as what is left to a machine that others use as well.
 */
export function benchCollect(bench: Command): void {
  bench
    .command('collect')
    .description('collect from an emulated tenant, and print rate, lag and processor time as JSON')
    .option('--mailboxes <n>', `of the company: some ${RECORDS_A_MAILBOX} records a day each`, count, 2000)
    .option('--seconds <n>', 'how long content becomes available at the rate', count, 30)
    .option('--rate <n>', 'records a second', count, 2000)
    .option('--poll <seconds>', 'how often feeds are asked for what is new', count, 5)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
      const activity = Math.max(1, Math.round((params.mailboxes * RECORDS_A_MAILBOX) / RECORDS_A_DAY))
      const world = ['--org', String(params.mailboxes), '--activity', String(activity)]
      const cloud = await startEmulatedCloud(folder, ['--no-live', '--throttle', 'off', ...world])
      const app = await compose(
        readConfig({
          CORDON_DATA: join(folder, 'data'),
          CORDON_CLOUD_FILE: cloud.cloudFile,
          CORDON_POLL_SECONDS: String(params.poll),
        }),
        { clock: systemClock, log: (error) => void process.stderr.write(formatError(error)), lookbackMs: DAY },
      )
      try {
        process.stdout.write(`${JSON.stringify(await measure(app, cloud, params))}\n`)
      } finally {
        await app.close()
        await cloud.stop()
        await rm(folder, { recursive: true, force: true })
      }
    })
}

async function measure(app: Application, cloud: EmulatedCloud, params: Params) {
  // What the emulated company did is made before: it is no cost of collecting, and the two share the machine.
  await cloud.control('/audit-bodies', {})
  const contents = Truth.parse(await cloud.control('/ground-truth/audit'))
  const wanted = new Set(CONTENT_TYPES.flatMap((each) => contents[each]!.records)).size
  await app.start()
  const memory = watchMemory()
  const arrived = countArrivals(app, cloud)
  const processors = processorSeconds()
  const begun = systemClock.now()
  await app.connections.create(USER, {
    name: 'Emulated',
    cloud: 'emulated',
    directoryId: cloud.tenantId,
    clientId: cloud.application.clientId,
    credential: { kind: 'secret', secret: cloud.application.secret },
    feeds: CONTENT_TYPES.map((each) => `management-activity.${each}`),
    unchecked: true,
  })
  // What is told to have been stored is looked for: it counts once a search finds it.
  while (arrived() < wanted || (await found(app, cloud, ALL_TIME)) < wanted) await pause(50)
  const seconds = (systemClock.now() - begun) / 1000
  const spent = processorTime(processors, cloud, wanted)
  const peak = memory.stop()
  const lags = await watchLags(app, cloud, params)
  return {
    bench: 'collect',
    params,
    machine: describeMachine(),
    metrics: {
      events_per_s: Math.round(wanted / seconds),
      events: wanted,
      duration_s: round(seconds),
      ...spent,
      peak_rss_mb: Math.round(peak / 1e6),
      lag_p95_s: round(percentile(lags, 95)),
      lag_p50_s: round(percentile(lags, 50)),
    },
  }
}

/** Events that were stored since, as the pipeline tells. */
function countArrivals(app: Application, cloud: EmulatedCloud): () => number {
  let arrived = 0
  app.bus.subscribe(cloud.tenantId, (news) => (arrived += news.kind === 'events' ? news.count : 0))
  return () => arrived
}

/** Events that a search finds. */
async function found(app: Application, cloud: EmulatedCloud, range: { from: string; to: string }): Promise<number> {
  return (await app.search.page(cloud.tenantId, { ...range, limit: 1 })).total
}

/** Microseconds of processor time an event, by process. */
function processorTime(before: ReadonlyMap<number, number>, cloud: EmulatedCloud, events: number) {
  const micros = { cordon_us: 0, event_store_us: 0, emulator_us: 0 }
  for (const [pid, seconds] of processorSeconds()) {
    const name = pid === process.pid ? 'cordon_us' : pid === cloud.pid ? 'emulator_us' : 'event_store_us'
    micros[name] += ((seconds - (before.get(pid) ?? 0)) * 1e6) / events
  }
  const rounded = Object.entries(micros).map(([name, value]) => [name, round(value)])
  return micros.cordon_us === 0 ? {} : { processor_time_per_event: Object.fromEntries(rounded) as typeof micros }
}

/** Seconds from each second's content becoming available until all of it can be searched. */
async function watchLags(app: Application, cloud: EmulatedCloud, { seconds, rate }: Params): Promise<number[]> {
  // What is published tells of what happened a minute before.
  const range = { from: new Date(systemClock.now() - 2 * 60_000).toISOString(), to: ALL_TIME.to }
  const base = await found(app, cloud, range)
  const availableAt: number[] = []
  const lags: number[] = []
  const content = { contentType: 'Audit.General', records: rate, recordBytes: 1400 }
  async function publish(): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      const due = systemClock.now() + 1000
      availableAt.push(systemClock.now())
      await cloud.control('/audit-content', content)
      await pause(Math.max(0, due - systemClock.now()))
    }
  }
  const published = publish()
  while (lags.length < seconds) {
    const done = Math.floor(((await found(app, cloud, range)) - base) / rate)
    while (lags.length < done) lags.push((systemClock.now() - availableAt[lags.length]!) / 1000)
    await pause(100)
  }
  await published
  return lags
}
