import { z } from 'zod'

import { defineFeed, type FeedBatch, type FeedContext, type Span } from '#collect/feed.ts'
import { inlineBatches } from '#collect/inline-batches.ts'
import { inTimeOrder, type Item } from '#collect/listed-items.ts'
import type { SubscriptionList } from '#connect/apis/azure/subscription-lists.ts'
import type { Microsoft } from '#connect/microsoft.ts'

import { checkSubscriptions, eachSubscription, pagesOf, requireSubscriptions } from './each-subscription.ts'

/**
 * Alerts of Microsoft Defender for Cloud. Azure lists them whole or not at all: no filter by time, and whoever changes an alert
 * leaves no moment behind. So all are listed every so often, and what an alert is known by holds what changes in it: each
 * state that was seen is a record. Source: Azure's reference of `Microsoft.Security/alerts`.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WHAT = 'Could not read the Defender for Cloud alerts'

const Options = z.strictObject({
  everyMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(15)
    .describe('Minutes between two listings of all alerts; a change shows after so long at the latest.'),
})
type Options = z.infer<typeof Options>

const Properties = z
  .object({
    processingEndTimeUtc: z.string().optional(),
    timeGeneratedUtc: z.string().optional(),
    status: z.string().optional(),
  })
  .catch({})

const READER = {
  time: ({ properties }: Item) => {
    const { processingEndTimeUtc, timeGeneratedUtc } = Properties.parse(properties)
    return processingEndTimeUtc ?? timeGeneratedUtc
  },
  key: ({ id, properties }: Item) => {
    const { processingEndTimeUtc, status } = Properties.parse(properties)
    return [id, processingEndTimeUtc, status].join(' ')
  },
}

/** A listing of all alerts of a subscription, and when it began. */
interface Look {
  at: number
  alerts: Item[]
}

/** The newest look at each subscription, as long as its client is in use: the runner asks more often than there is news. */
const looks = new WeakMap<Microsoft, Map<string, Look>>()

async function look(context: FeedContext<Options>, subscription: string): Promise<Item[]> {
  const { microsoft, clock, options } = context
  const known = looks.get(microsoft) ?? new Map<string, Look>()
  looks.set(microsoft, known)
  const now = clock.now()
  const last = known.get(subscription)
  if (last && last.at <= now && now - last.at < options.everyMinutes * MINUTE) return last.alerts
  const alerts: Item[] = []
  for await (const page of pagesOf(context, alertsIn(context, subscription))) alerts.push(...page)
  known.set(subscription, { at: now, alerts })
  return alerts
}

function alertsIn({ signal }: FeedContext<Options>, subscription: string): SubscriptionList {
  const path = 'providers/Microsoft.Security/alerts?api-version=2022-01-01'
  return { subscription, path, role: 'Security Reader', what: WHAT, signal }
}

/** Every alert up to the end of the span: also an old one may have changed. */
async function* batches(
  context: FeedContext<Options>,
  subscription: string,
  { to }: Span,
): AsyncGenerator<FeedBatch[]> {
  const alerts = await look(context, subscription)
  yield* inlineBatches(inTimeOrder(pageOf(alerts), { from: 0, to }, READER))
}

async function* pageOf(alerts: Item[]): AsyncGenerator<Item[], void, undefined> {
  yield alerts
}

export const DEFENDER_FOR_CLOUD_FEED = defineFeed<Options>({
  id: 'azure.defender-for-cloud-alerts',
  title: 'Azure: Defender for Cloud alerts',
  dataset: 'defender_cloud.alert',
  api: 'azure',
  permissions: [],
  requirements: [
    {
      kind: 'azure-role',
      name: 'Security Reader',
      why: 'Reads the alerts of a subscription; given in Azure, on each subscription of the connection: Access control (IAM) > Add role assignment. Reader does as well.',
    },
    {
      kind: 'setting',
      name: 'Microsoft Defender for Cloud',
      why: 'Raises the alerts; its plans are turned on for each subscription: Microsoft Defender for Cloud > Environment settings.',
    },
  ],
  lateness: 'Listed within minutes of the finding; a change shows when all are listed the next time.',
  windowing: {
    // Alerts are few: a day is a good row on a page.
    windowMs: DAY,
    // One listing holds all of them, whatever span was asked for.
    listMs: 90 * DAY,
    // Kept for 90 days; the margin is for clocks that differ.
    retentionMs: 90 * DAY - HOUR,
    // Every listing holds everything, so that nothing is too late for the next.
    overlapMs: HOUR,
    reconcileMs: DAY,
    settleMs: 30_000,
  },
  options: Options,
  source: {
    prepare: (context) => requireSubscriptions(context, WHAT),
    list: (context, span) => eachSubscription(context, (subscription) => batches(context, subscription, span)),
    check: (context) => checkSubscriptions(context, WHAT, (subscription) => alertsIn(context, subscription)),
  },
})
