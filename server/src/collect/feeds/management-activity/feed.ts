import { RESOURCE_TITLES } from '#connect/clouds.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import { defineFeed, type Feed } from '#collect/feed.ts'

import { listContent } from './content.ts'
import { dlpExclusion, DlpOptions } from './rule-modes.ts'
import { ensureSubscription } from './subscription.ts'

/**
 * Microsoft 365's unified audit log through the Office 365 Management Activity API. Microsoft puts records into blobs by
 * content type, an hour or a day after the event, and lists blobs by when they became available: so that is the clock of
 * these feeds, and nothing is late on it. Source: the API's reference and its frequently asked questions.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const READ: PermissionNeed = {
  resource: RESOURCE_TITLES['management-activity'],
  permission: 'ActivityFeed.Read',
  why: 'Reads the audit log: who did what in Entra, Exchange, SharePoint, Teams and the other services.',
}

const READ_DLP: PermissionNeed = {
  resource: RESOURCE_TITLES['management-activity'],
  permission: 'ActivityFeed.ReadDlp',
  why: 'Reads matches of data loss prevention policies with the sensitive values that matched.',
}

function auditFeed<Options = undefined>(
  contentType: string,
  title: string,
  permissions: readonly PermissionNeed[],
  filters: Pick<Feed<Options>, 'options' | 'exclusion'> = {},
): Feed {
  return defineFeed<Options>({
    ...filters,
    id: `management-activity.${contentType}`,
    title,
    dataset: 'o365.audit',
    api: 'management-activity',
    permissions,
    lateness: 'Most records within an hour, some a day and more after what they tell; there is no promise.',
    windowing: {
      // An hour is a good row on a page; at most 24 of them may be listed at once.
      windowMs: HOUR,
      listMs: DAY,
      // Listed for 7 days; a request that leaves at the edge arrives behind it, and clocks differ by minutes.
      retentionMs: 7 * DAY - 15 * MINUTE,
      overlapMs: 30 * MINUTE,
      reconcileMs: DAY,
      // What shows up while it is listed is in the next listing, as the last half hour always is.
      settleMs: 1_000,
    },
    source: {
      prepare: (context) => ensureSubscription(context, contentType, title),
      list: (context, span) => listContent(context, contentType, title, span),
    },
  })
}

export const MANAGEMENT_ACTIVITY_FEEDS: readonly Feed[] = [
  auditFeed('Audit.AzureActiveDirectory', 'Audit log: Entra ID', [READ]),
  auditFeed('Audit.Exchange', 'Audit log: Exchange', [READ]),
  auditFeed('Audit.SharePoint', 'Audit log: SharePoint and OneDrive', [READ]),
  auditFeed('Audit.General', 'Audit log: Teams, Defender, Purview and the rest', [READ]),
  auditFeed<DlpOptions>('DLP.All', 'Audit log: data loss prevention', [READ, READ_DLP], {
    options: DlpOptions,
    exclusion: dlpExclusion,
  }),
]
