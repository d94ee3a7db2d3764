import { defineFeed, type Feed, type FeedBatch, type FeedContext, type Span } from '#collect/feed.ts'
import { listGraph } from '#collect/graph-list.ts'
import { toRecords, type Item } from '#collect/listed-items.ts'
import { odataQuery } from '#connect/apis/graph/odata.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { isoTime } from '#domain/clock.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import { alertExclusion, incidentExclusion } from './exclusion.ts'
import { AlertOptions, DefenderOptions } from './options.ts'

/**
 * What the Defender products and Entra ID Protection found: alerts, or incidents, which are alerts of one attack together.
 * They change for months (evidence is added, somebody decides), so they are collected by their last update, and every update
 * is a record. Source: Microsoft Graph's reference of `alerts_v2` and `incidents`.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const ALERTS: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: 'SecurityAlert.Read.All',
  why: 'Reads alerts of the Defender products and of Entra ID Protection, and how they change.',
}

const INCIDENTS: PermissionNeed = {
  resource: RESOURCE_TITLES.graph,
  permission: 'SecurityIncident.Read.All',
  why: 'Reads incidents with their alerts, and how they change.',
}

const COMMON = {
  api: 'graph',
  requirements: [
    {
      kind: 'license',
      name: 'Microsoft Defender XDR, or one of the Defender products',
      why: 'Raises the alerts; without one the list is empty. It comes with Microsoft 365 E5, E5 Security and Business Premium.',
    },
  ],
  notOfferedIn: { clouds: ['china'], why: 'Microsoft Graph has no security API in the cloud of 21Vianet.' },
  lateness: 'Most within minutes of the finding; each update counts as new from its own moment on.',
  windowing: {
    // An hour is a good row on a page; a day of updates fits into few requests, and lies in memory to be put in order.
    windowMs: HOUR,
    listMs: DAY,
    // Kept for 180 days; the margin is for the time a request takes and for clocks that differ.
    retentionMs: 180 * DAY - HOUR,
    // What an update does to the index is seen minutes later; a page that another update shifts is whole the next time.
    overlapMs: 30 * MINUTE,
    reconcileMs: DAY,
    settleMs: 30_000,
  },
} as const

/** What a list is: everything else is the same for both. */
interface Listed {
  path: string
  what: string
  permission: string
  /** The most that Microsoft gives in one page: more is refused, not clamped. */
  $top: number
  $expand?: string
}

function list(
  { path, what, permission, ...query }: Listed,
  context: FeedContext<DefenderOptions>,
  span: Span,
): AsyncIterable<FeedBatch[]> {
  const { logIngestionDelayMinutes } = context.options
  // An update counts as available once its logs have had their time: so the delay is on the feed's clock, and loses nothing.
  const delayMs = logIngestionDelayMinutes * MINUTE
  const $filter = `lastUpdateDateTime ge ${isoTime(span.from - delayMs)} and lastUpdateDateTime lt ${isoTime(span.to - delayMs)}`
  const request = {
    path: `${path}${odataQuery({ ...query, $filter })}`,
    what,
    permission,
    // Without it, what Microsoft added since to its lists of words comes as `unknownFutureValue`.
    headers: { Prefer: 'include-unknown-enum-members' },
    // Listed by when they were created.
    isUnordered: true,
  }
  const reader = {
    time: ({ lastUpdateDateTime }: Item) => Date.parse(String(lastUpdateDateTime)) + delayMs,
    key: ({ id, lastUpdateDateTime }: Item) => `${String(id)} ${String(lastUpdateDateTime)}`,
  }
  return listGraph(context, request, (item) => toRecords([item], span, reader)[0])
}

export const DEFENDER_FEEDS: readonly Feed[] = [
  defineFeed<AlertOptions>({
    ...COMMON,
    id: 'graph.alerts',
    title: 'Defender: alerts',
    dataset: 'm365_defender.alert',
    permissions: [ALERTS],
    options: AlertOptions,
    exclusion: alertExclusion,
    lookbackMs: ({ lookbackDays }) => lookbackDays * DAY,
    source: {
      list: (context, span) =>
        list(
          {
            path: '/v1.0/security/alerts_v2',
            what: 'Could not list the alerts of Defender.',
            permission: ALERTS.permission,
            $top: 500,
          },
          context,
          span,
        ),
    },
  }),
  defineFeed<DefenderOptions>({
    ...COMMON,
    id: 'graph.incidents',
    title: 'Defender: incidents',
    dataset: 'm365_defender.incident',
    permissions: [INCIDENTS],
    options: DefenderOptions,
    exclusion: incidentExclusion,
    lookbackMs: ({ lookbackDays }) => lookbackDays * DAY,
    source: {
      list: (context, span) =>
        list(
          {
            path: '/v1.0/security/incidents',
            what: 'Could not list the incidents of Defender.',
            permission: INCIDENTS.permission,
            $top: 50,
            $expand: 'alerts',
          },
          context,
          span,
        ),
    },
  }),
]
