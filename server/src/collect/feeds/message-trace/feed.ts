import { defineFeed, type Feed } from '#collect/feed.ts'
import { inlineBatches } from '#collect/inline-batches.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'

import { listTraces, TRACE_APPLICATION, TRACE_PERMISSION } from './list-traces.ts'

/**
 * Message trace: who got which mail from whom, from which address, and what became of it. Graph has it since early 2026;
 * what it was read by before (the Reporting Web Service and `ReportingWebService.Read.All`) is switched off.
 *
 * @see https://learn.microsoft.com/graph/api/exchangemessagetrace-list
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const MESSAGE_TRACE_FEEDS: readonly Feed[] = [
  defineFeed({
    id: 'graph.message-trace',
    title: 'Message trace',
    dataset: 'o365.message_trace',
    api: 'graph',
    permissions: [
      {
        resource: RESOURCE_TITLES.graph,
        permission: TRACE_PERMISSION,
        why: 'Reads which mail was delivered to whom, and what filtering did with it.',
      },
    ],
    requirements: [
      {
        kind: 'service-principal',
        name: TRACE_APPLICATION,
        why: `Message trace runs as this application of Microsoft's, which is in no tenant by itself. Create its service principal before the permission is granted: az ad sp create --id ${TRACE_APPLICATION}`,
      },
    ],
    notOfferedIn: {
      clouds: ['gcc-high', 'dod', 'china'],
      why: 'Microsoft Graph has message trace in its global service only.',
    },
    lateness: 'Within minutes as a rule; what became of a message may follow for hours.',
    windowing: {
      windowMs: HOUR,
      // At most 10 days may be asked for at once. Six hours keep what lies in memory small and spare the budget, which is 100
      // requests in 5 minutes.
      listMs: 6 * HOUR,
      // Kept for 90 days.
      retentionMs: 90 * DAY - HOUR,
      // Rows come minutes late, and change while a message is on its way.
      overlapMs: 30 * MINUTE,
      reconcileMs: DAY,
      settleMs: MINUTE,
    },
    source: { list: (context, span) => inlineBatches(listTraces(context, span)) },
  }),
]
