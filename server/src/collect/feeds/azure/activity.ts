import { defineFeed, type FeedContext, type Span } from '#collect/feed.ts'
import { inlineBatches } from '#collect/inline-batches.ts'
import { toRecords } from '#collect/listed-items.ts'
import type { SubscriptionList } from '#connect/apis/azure/subscription-lists.ts'
import { isoTime } from '#domain/clock.ts'

import { checkSubscriptions, eachSubscription, pagesOf, requireSubscriptions } from './each-subscription.ts'

/**
 * Azure's activity log: who changed what in a subscription, and what Azure itself did there. An operation leaves a record
 * when it begins and others as it goes on, minutes later each. Source: Azure Monitor's reference of `eventtypes/management`.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WHAT = 'Could not read the activity log'

function activityIn({ signal }: FeedContext, subscription: string, { from, to }: Span): SubscriptionList {
  // Both ends are included, which is the only way Azure has.
  const filter = `eventTimestamp ge '${isoTime(from)}' and eventTimestamp le '${isoTime(to)}'`
  const path = `providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=${encodeURIComponent(filter)}`
  return { subscription, path, role: 'Reader', what: WHAT, signal }
}

async function* records(context: FeedContext, subscription: string, span: Span) {
  for await (const page of pagesOf(context, activityIn(context, subscription, span))) {
    yield toRecords(page, span, {
      time: ({ eventTimestamp }) => eventTimestamp,
      key: ({ id, eventDataId }) => String(id ?? eventDataId),
    })
  }
}

export const ACTIVITY_FEED = defineFeed({
  id: 'azure.activity',
  title: 'Azure: activity log',
  dataset: 'azure.activitylogs',
  api: 'azure',
  permissions: [],
  requirements: [
    {
      kind: 'azure-role',
      name: 'Reader',
      why: 'Reads the activity log of a subscription; given in Azure, on each subscription of the connection: Access control (IAM) > Add role assignment.',
    },
  ],
  lateness: 'Most records three to ten minutes after the event, some twenty.',
  windowing: {
    windowMs: HOUR,
    // Azure gives 200 records a page, and a busy subscription has that many in minutes.
    listMs: 6 * HOUR,
    // Kept for 90 days; a request that leaves at the edge arrives behind it.
    retentionMs: 90 * DAY - HOUR,
    // Three times what is usual at most.
    overlapMs: HOUR,
    reconcileMs: DAY,
    settleMs: 30_000,
  },
  source: {
    prepare: (context) => requireSubscriptions(context, WHAT),
    list: (context, span) =>
      eachSubscription(context, (subscription) => inlineBatches(records(context, subscription, span))),
    check: (context) => {
      const now = context.clock.now()
      const span = { from: now - HOUR, to: now }
      return checkSubscriptions(context, WHAT, (subscription) => activityIn(context, subscription, span))
    },
  },
})
