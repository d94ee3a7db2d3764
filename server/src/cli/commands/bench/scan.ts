import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

import type { Command } from 'commander'
import { z } from 'zod'

import { allOf } from '#domain/mail-filter.ts'

import { startHuntedTenant } from './hunted-tenant.ts'
import { describeMachine } from './machine.ts'
import { count, round } from './numbers.ts'
import { watchMemory } from './watch-memory.ts'

const Options = z.object({ mailboxes: z.number(), latency: z.number() })

/**
 * Requests for mail that Microsoft lets run at one time: 48 batches are sent, and of each it serves four at a time.
 *
 * @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
 */
const ALLOWED = 48 * 4
/** All folders, and Recoverable Items. */
const REQUESTS_A_MAILBOX = 2

/**
 * `cordon bench scan`: searches every mailbox of an emulated company for a sender, with Microsoft's throttling and a delay on
 * every answer. The limit is what latency and allowed concurrency permit: no client is faster, however fast its machine.
 */
export function benchScan(bench: Command): void {
  bench
    .command('scan')
    .description('search every mailbox of an emulated tenant and print how near that comes to the limit as JSON')
    .option('--mailboxes <n>', 'of the company', count, 50_000)
    .option('--latency <ms>', 'how long Microsoft takes for each answer', count, 250)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
      const tenant = await startHuntedTenant(folder, { mailboxes: params.mailboxes, latencyMs: params.latency })
      try {
        const { app, analyst, cloud } = tenant
        const memory = watchMemory()
        const before = await app.traffic()
        const begun = performance.now()
        const { id } = await app.investigations.create(analyst, cloud.tenantId, {
          name: 'Scan',
          filter: allOf({ from: 'nobody@nowhere.example' }),
          targets: { kind: 'all' },
          method: 'scan',
          duration: { kind: 'once' },
        })
        const read = () => app.investigations.read(cloud.tenantId, id)
        let investigation = await read()
        while (investigation.state === 'queued' || investigation.state === 'running') {
          await pause(250)
          investigation = await read()
        }
        const seconds = (performance.now() - begun) / 1000
        const after = await app.traffic()
        const parts = after.parts - before.parts
        const requests = after.requests - before.requests
        const limit = (investigation.mailboxesTotal * REQUESTS_A_MAILBOX * (params.latency / 1000)) / ALLOWED
        const report = {
          bench: 'scan',
          params,
          machine: describeMachine(),
          metrics: {
            share_of_limit: round(limit / seconds),
            duration_s: round(seconds),
            mailboxes_per_s: Math.round(investigation.mailboxesDone / seconds),
            searched: investigation.mailboxesDone - investigation.mailboxesFailed,
            failed: investigation.mailboxesFailed,
            requests,
            batch_parts: parts,
            throttled_share: round((after.throttled - before.throttled) / (requests + parts)),
            peak_rss_mb: Math.round(memory.stop() / 1e6),
          },
          baseline: { limit_s: round(limit) },
          ratio: round(seconds / limit),
        }
        process.stdout.write(`${JSON.stringify(report)}\n`)
      } finally {
        await tenant.stop()
        await rm(folder, { recursive: true, force: true })
      }
    })
}
