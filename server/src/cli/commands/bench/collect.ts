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
import { watchMemory } from './watch-memory.ts'

const Options = z.object({ mailboxes: z.number(), seconds: z.number(), rate: z.number() })
type Params = z.infer<typeof Options>

const POLL_SECONDS = 5
const CONTENT_TYPES = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All']
const ALL_TIME = { from: '2020-01-01T00:00:00Z', to: '2040-01-01T00:00:00Z' }
const USER = { id: 'bench', name: 'bench', role: 'administrator', createdAt: '2026-01-01T00:00:00Z' } as const
const DAY = 24 * 3_600_000
const Truth = z.record(z.string(), z.object({ records: z.array(z.string()) }))

/**
 * `cordon bench collect`: collects a day of the audit log of an emulated company over HTTPS, throttling off, from the first
 * request until all of it can be searched; then content becomes available at a steady rate, and each piece is watched from that
 * moment until it can be searched. The emulator runs on the same machine and takes its share of it.
 */
export function benchCollect(bench: Command): void {
  bench
    .command('collect')
    .description('collect from an emulated tenant, and print rate and lag as JSON')
    .option('--mailboxes <n>', 'of the company: some 150 records a day each', count, 1000)
    .option('--seconds <n>', 'how long content becomes available at the rate', count, 30)
    .option('--rate <n>', 'records a second', count, 2000)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
      const args = ['--no-live', '--throttle', 'off', '--org', String(params.mailboxes)]
      const cloud = await startEmulatedCloud(folder, args)
      const app = await compose(
        readConfig({
          CORDON_DATA: join(folder, 'data'),
          CORDON_CLOUD_FILE: cloud.cloudFile,
          CORDON_POLL_SECONDS: String(POLL_SECONDS),
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
  // The emulator makes what it tells when it is first asked.
  const contents = Truth.parse(await cloud.control('/ground-truth/audit'))
  const wanted = new Set(CONTENT_TYPES.flatMap((each) => contents[each]!.records)).size
  const stored = async () => (await app.search.page(cloud.tenantId, { ...ALL_TIME, limit: 1 })).total
  await app.start()
  const memory = watchMemory()
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
  while ((await stored()) < wanted) await pause(100)
  const seconds = (systemClock.now() - begun) / 1000
  const peak = memory.stop()
  const lags = await watchLags(cloud, stored, params)
  return {
    bench: 'collect',
    params: { ...params, poll_s: POLL_SECONDS },
    machine: describeMachine(),
    metrics: {
      events_per_s: Math.round(wanted / seconds),
      events: wanted,
      duration_s: round(seconds),
      peak_rss_mb: Math.round(peak / 1e6),
      lag_p95_s: round(percentile(lags, 95)),
      lag_p50_s: round(percentile(lags, 50)),
    },
  }
}

/** Seconds from each second's content becoming available until all of it can be searched. */
async function watchLags(
  cloud: EmulatedCloud,
  stored: () => Promise<number>,
  { seconds, rate }: Params,
): Promise<number[]> {
  const base = await stored()
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
    const done = Math.floor(((await stored()) - base) / rate)
    while (lags.length < done) lags.push((systemClock.now() - availableAt[lags.length]!) / 1000)
    await pause(100)
  }
  await published
  return lags
}
