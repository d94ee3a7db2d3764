import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { filterOf, listGraph, textOf, timeOf, type GraphItem } from '#collect/graph-list.ts'
import { defineFeed, type Feed, type Span, type Windowing } from '#collect/feed.ts'
import type { ListedRecord } from '#collect/inline-batches.ts'

/**
 * What Entra ID Protection found suspicious, and whom it therefore holds at risk. Both change: an administrator confirms or
 * dismisses, a user proves that it was they. So both are listed by when they changed, each change is a record of its own, and
 * the history is kept. Source: the riskDetection and riskyUser resources' references.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const LICENSE = 'Microsoft Entra ID P2'

const WINDOWING: Windowing = {
  // An hour is a good row on a page. There is little of it, and one request a second for the whole tenant: a month at once.
  windowMs: HOUR,
  listMs: 30 * DAY,
  // Detections are kept for 90 days, users as long as they are at risk.
  retentionMs: 90 * DAY - HOUR,
  // Detections show minutes after they were made; the rest is for clocks that differ.
  overlapMs: 30 * MINUTE,
  // Offline detections are made hours after the sign-in, but listed by when they were made; a day costs one request an hour.
  reconcileMs: DAY,
  settleMs: 1_000,
}

interface Stream {
  id: string
  title: string
  path: string
  /** Graph's type, which the record is marked with: both have one dataset. */
  type: string
  /** The property that says when it changed. */
  updated: string
  permission: string
  why: string
}

function protectionFeed({ id, title, path, type, updated, permission, why }: Stream): Feed {
  return defineFeed({
    id,
    title,
    dataset: 'azure.identity_protection',
    api: 'graph',
    permissions: [{ resource: RESOURCE_TITLES.graph, permission, why }],
    requirements: [
      {
        kind: 'license',
        name: LICENSE,
        why: 'Identity Protection is part of it; assigned in the Microsoft 365 admin center > Billing.',
      },
    ],
    notOfferedIn: { clouds: ['china'], why: 'The cloud that 21Vianet operates has no Identity Protection.' },
    lateness: 'Minutes after Identity Protection made or changed it; that itself may be hours after the sign-in.',
    windowing: WINDOWING,
    source: {
      list: (context, span) =>
        listGraph(
          context,
          {
            path: `${path}?${filterOf(updated, span)}&$top=500`,
            what: `Could not list "${title}".`,
            permission,
            license: LICENSE,
            isUnordered: true,
          },
          changeIn(span, type, updated),
        ),
    },
  })
}

/** A change that was made in the span, known by what changed and when. */
function changeIn({ from, to }: Span, type: string, updated: string): (item: GraphItem) => ListedRecord | undefined {
  return (item) => {
    const at = timeOf(item, updated)
    const key = `${textOf(item, 'id')} ${textOf(item, updated)}`
    const text = JSON.stringify({ '@odata.type': type, ...item })
    return at >= from && at < to ? { at, key, text } : undefined
  }
}

export const IDENTITY_PROTECTION_FEEDS: readonly Feed[] = [
  protectionFeed({
    id: 'graph.risk-detections',
    title: 'Risk detections',
    path: '/v1.0/identityProtection/riskDetections',
    type: '#microsoft.graph.riskDetection',
    updated: 'lastUpdatedDateTime',
    permission: 'IdentityRiskEvent.Read.All',
    why: 'Reads what Identity Protection found suspicious in sign-ins and accounts.',
  }),
  protectionFeed({
    id: 'graph.risky-users',
    title: 'Risky users',
    path: '/v1.0/identityProtection/riskyUsers',
    type: '#microsoft.graph.riskyUser',
    updated: 'riskLastUpdatedDateTime',
    permission: 'IdentityRiskyUser.Read.All',
    why: 'Reads which users are or were held at risk, and what became of it.',
  }),
]
