import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

import type { Command } from 'commander'
import { z } from 'zod'

import type { ActionRun } from '#domain/action-run.ts'
import type { Investigation } from '#domain/investigation.ts'
import { allOf } from '#domain/mail-filter.ts'

import type { Graph } from './emulated-cloud.ts'
import { type HuntedTenant, type Mailbox, peopleOf, startHuntedTenant } from './hunted-tenant.ts'
import { describeMachine } from './machine.ts'
import { count, median, percentile, round } from './numbers.ts'
import { watchMemory } from './watch-memory.ts'

const Options = z.object({
  mailboxes: z.number(),
  recipients: z.number(),
  runs: z.number(),
  latency: z.number(),
  age: z.number(),
})
type Params = z.infer<typeof Options>

/**
 * `cordon bench purge`: in an emulated company, with Microsoft's throttling and a delay on every answer, a phish goes to
 * `recipients` mailboxes. The clock runs from the report (an investigation is asked for) over finding, planning, approval by
 * a second person's hand (which takes no time here) and permanent deletion until every copy was read back as gone. After
 * each run an independent client looks whether that is true.
 *
 * The baseline is what no program can do without at this latency: to send the deletions alone, in full batches, and wait for
 * their answers.
 */
export function benchPurge(bench: Command): void {
  bench
    .command('purge')
    .description(
      'find, delete and verify a phish over many mailboxes of an emulated tenant, and print the times as JSON',
    )
    .option('--mailboxes <n>', 'of the company', count, 10_000)
    .option('--recipients <n>', 'of the phish', count, 1000)
    .option('--runs <n>', 'each with a phish of its own', count, 10)
    .option('--latency <ms>', 'how long Microsoft takes for each answer', count, 100)
    .option('--age <minutes>', 'how old the phish is when it is reported', count, 30)
    .action(async (_options, command: Command) => {
      const params = Options.parse(command.opts())
      const folder = await mkdtemp(join(tmpdir(), 'cordon-bench-'))
      const tenant = await startHuntedTenant(folder, { mailboxes: params.mailboxes, latencyMs: params.latency })
      try {
        const people = await peopleOf(tenant.graph)
        // Microsoft has its index of deliveries; the emulator makes its own when it is first asked.
        await tenant.graph('GET', '/v1.0/admin/exchange/tracing/messageTraces?$top=1')
        const memory = watchMemory()
        const runs: Run[] = []
        for (let run = 1; run <= params.runs; run++) {
          runs.push(await purge(tenant, people, params, run))
          process.stderr.write(`run ${run}: ${JSON.stringify(runs.at(-1))}\n`)
        }
        const baseline = await deletionsAlone(tenant, people, params)
        const seconds = runs.map((run) => run.reportToVerified)
        const sum = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0)
        const report = {
          bench: 'purge',
          params,
          machine: describeMachine(),
          metrics: {
            report_to_verified_p95_s: round(percentile(seconds, 95)),
            report_to_verified_p50_s: round(median(seconds)),
            report_to_found_p50_s: round(median(runs.map((run) => run.reportToFound))),
            copies_verified_gone: sum((run) => run.verified),
            copies_left: sum((run) => run.left),
            requests_per_run: Math.round(sum((run) => run.requests) / runs.length),
            batch_parts_per_run: Math.round(sum((run) => run.parts) / runs.length),
            throttled_share: round(sum((run) => run.throttled) / sum((run) => run.requests + run.parts)),
            peak_rss_mb: Math.round(memory.stop() / 1e6),
          },
          baseline: { deletions_alone_s: round(baseline) },
          ratio: round(percentile(seconds, 95) / baseline),
        }
        process.stdout.write(`${JSON.stringify(report)}\n`)
      } finally {
        await tenant.stop()
        await rm(folder, { recursive: true, force: true })
      }
    })
}

interface Run {
  /** Seconds. */
  reportToFound: number
  reportToVerified: number
  verified: number
  /** Copies that the independent client still found. */
  left: number
  requests: number
  parts: number
  throttled: number
  answered: string
}

async function purge(
  tenant: HuntedTenant,
  people: readonly Mailbox[],
  { recipients, age }: Params,
  number: number,
): Promise<Run> {
  const { app, analyst, responder, cloud } = tenant
  const { tenantId } = cloud
  const victims = someOf(people.slice(1), recipients, number)
  const phish = await sendPhish(tenant, people[0]!, victims, number)
  await tenant.advance(age * 60_000)

  const before = await app.traffic()
  const reported = performance.now()
  const investigation = await app.investigations.create(analyst, tenantId, {
    name: `Phish ${number}`,
    filter: allOf({ 'network-message-id': phish.networkMessageId }),
    targets: { kind: 'all' },
    method: 'auto',
    duration: { kind: 'once' },
  })
  const found = await until(() => app.investigations.read(tenantId, investigation.id), isOver)
  const foundAt = performance.now()
  const { actionRun } = await app.actions.plan(analyst, tenantId, {
    action: 'delete-message',
    investigationId: investigation.id,
  })
  const { id, targetsTotal, needsApproval } = actionRun
  if (needsApproval) await app.actions.approve(responder, tenantId, id, { confirmTargets: targetsTotal })
  await app.actions.execute(responder, tenantId, id, targetsTotal)
  const runs = () => app.actions.list(tenantId, { investigationId: investigation.id, limit: 1 })
  const ended = await until(async () => (await runs())[0]!, hasEnded)
  const verifiedAt = performance.now()
  const after = await app.traffic()
  return {
    reportToFound: round((foundAt - reported) / 1000),
    reportToVerified: round((verifiedAt - reported) / 1000),
    verified: ended.targetsByState.verified ?? 0,
    left: await copiesLeft(tenant, [people[0]!, ...victims], phish.internetMessageId),
    requests: after.requests - before.requests,
    parts: after.parts - before.parts,
    throttled: after.throttled - before.throttled,
    answered: `${found.finding?.source ?? 'scan'}, ${found.mailboxesTotal} mailboxes, ${found.hits} hits`,
  }
}

/** Others in every run, from all over the company. */
function someOf<T>(all: readonly T[], many: number, run: number): T[] {
  const step = Math.max(1, Math.floor(all.length / many))
  return Array.from({ length: Math.min(many, all.length) }, (_, i) => all[(i * step + run) % all.length]!)
}

const isOver = ({ state }: Investigation) => state === 'done' || state === 'failed'
const hasEnded = ({ state }: ActionRun) => state === 'done' || state === 'partly' || state === 'failed'

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read()
    if (holds(value)) return value
    await pause(100)
  }
}

/** Exchange takes up to 1,000 recipients a message; more are sent more messages, which is one phish less. */
const Sent = z.object({
  value: z.array(
    z.object({
      internetMessageId: z.string(),
      internetMessageHeaders: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    }),
  ),
})

/** From a mailbox that was taken over, as most phish inside a company are. */
async function sendPhish({ graph }: HuntedTenant, attacker: Mailbox, victims: readonly Mailbox[], number: number) {
  const subject = `Salary review ${number}`
  await graph('POST', `/v1.0/users/${attacker.id}/sendMail`, {
    message: {
      subject,
      body: {
        contentType: 'HTML',
        content: '<p>See <a href="https://salary-review.example/login">your salary</a>.</p>',
      },
      toRecipients: victims.map(({ mail }) => ({ emailAddress: { address: mail } })),
    },
  })
  const filter = encodeURIComponent(`subject eq '${subject}'`)
  const select = 'internetMessageId,internetMessageHeaders'
  const path = `/v1.0/users/${victims[0]!.id}/mailFolders/inbox/messages?$filter=${filter}&$select=${select}`
  const [message] = Sent.parse(await graph('GET', path)).value
  const header = message!.internetMessageHeaders?.find(
    ({ name }) => name === 'X-MS-Exchange-Organization-Network-Message-Id',
  )
  return { internetMessageId: message!.internetMessageId, networkMessageId: header!.value }
}

/** Copies that a client which knows nothing of Cordon still finds. */
async function copiesLeft({ graph }: HuntedTenant, owners: readonly Mailbox[], internetMessageId: string) {
  const filter = encodeURIComponent(`internetMessageId eq '${internetMessageId}'`)
  const replies = await inBatches(
    graph,
    owners.flatMap(({ id }) =>
      ['', '/mailFolders/recoverableitemsdeletions'].map((folder) => ({
        method: 'GET',
        url: `/users/${id}${folder}/messages?$filter=${filter}&$select=id`,
      })),
    ),
  )
  return replies.reduce(
    (sum, { body }) => sum + Sent.partial().parse({ value: [], ...(body as object) }).value!.length,
    0,
  )
}

/** As many deletions as a run makes, of messages that are not there, sixteen full batches at a time. Seconds. */
async function deletionsAlone({ graph }: HuntedTenant, people: readonly Mailbox[], { recipients }: Params) {
  const parts = people.slice(0, recipients).map(({ id }) => ({
    method: 'GET',
    url: `/users/${id}/messages/AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AGone`,
  }))
  const begun = performance.now()
  await inBatches(graph, parts)
  return (performance.now() - begun) / 1000
}

const Batch = z.object({ responses: z.array(z.object({ id: z.string(), status: z.number(), body: z.unknown() })) })

async function inBatches(graph: Graph, parts: readonly { method: string; url: string }[]) {
  const batches = Array.from({ length: Math.ceil(parts.length / 20) }, (_, i) => parts.slice(i * 20, (i + 1) * 20))
  const replies: z.infer<typeof Batch>['responses'] = []
  const next = async (): Promise<void> => {
    const batch = batches.pop()
    if (!batch) return
    const requests = batch.map((part, i) => ({ ...part, id: String(i) }))
    replies.push(...Batch.parse(await graph('POST', '/v1.0/$batch', { requests })).responses)
    return next()
  }
  await Promise.all(Array.from({ length: 16 }, next))
  return replies
}
