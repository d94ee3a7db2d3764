import { z } from 'zod'

import type { EmulatedCloud } from '#cli/commands/bench/emulated-cloud.ts'
import { isoTime } from '#domain/clock.ts'
import { stableId } from '#domain/ids.ts'

const Audit = z.record(z.string(), z.object({ records: z.array(z.string()) }))
const Log = z.object({ records: z.array(z.object({ id: z.string() })) })

type Truth = (cloud: EmulatedCloud, since: string) => Promise<string[]>

const audit =
  (contentType: string): Truth =>
  async (cloud, since) =>
    Audit.parse(await cloud.control(`/ground-truth/audit?${since}`))[contentType]!.records.map((id) => id.toLowerCase())
const log =
  (name: string, eventId: (id: string) => string): Truth =>
  async (cloud, since) =>
    Log.parse(await cloud.control(`/ground-truth/logs/${name}?${since}`)).records.map(({ id }) => eventId(id))
const lower = (id: string) => id.toLowerCase()

/** Feeds that keep every record once, and the event ids of all that the emulated company has made available of each by now. */
const TRUTHS: Record<string, Truth> = {
  'management-activity.Audit.General': audit('Audit.General'),
  'management-activity.DLP.All': audit('DLP.All'),
  'graph.sign-ins.service-principal': log('signIn.servicePrincipal', lower),
  'graph.sign-ins.managed-identity': log('signIn.managedIdentity', lower),
  'graph.directory-audits': log('directoryAudit', (id) => stableId('directory audit', id)),
}

export const BENCH_FEEDS: readonly string[] = Object.keys(TRUTHS)

/** Ids of all events of these feeds that became available since `from` (milliseconds) and could have been collected by now. */
export async function truthOf(cloud: EmulatedCloud, feeds: readonly string[], from: number): Promise<Set<string>> {
  const since = `from=${isoTime(from)}`
  const ids = await Promise.all(feeds.map((feed) => TRUTHS[feed]!(cloud, since)))
  return new Set(ids.flat())
}
