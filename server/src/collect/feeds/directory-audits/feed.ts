import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { filterOf, listGraph, recordIn } from '#collect/graph-list.ts'
import { defineFeed, type Feed } from '#collect/feed.ts'

/**
 * Entra's directory audit log through Microsoft Graph: every change to users, groups, applications, roles and policies. Like the
 * sign-in log it is listed by when something happened, and shows it minutes to hours later. Each record is in the audit log
 * of Microsoft 365 as well, with other words and more late. Source: the directoryAudit resource's reference.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const TITLE = 'Directory audits'
const PERMISSION = 'AuditLog.Read.All'

export const DIRECTORY_AUDITS: Feed = defineFeed({
  id: 'graph.directory-audits',
  title: TITLE,
  dataset: 'azure.auditlogs',
  api: 'graph',
  permissions: [
    {
      resource: RESOURCE_TITLES.graph,
      permission: PERMISSION,
      why: 'Reads the audit log of the directory: changes to users, groups, applications, roles and policies.',
    },
  ],
  lateness: 'Mostly 2 to 15 minutes after the change, now and then up to 2 hours and more; there is no promise.',
  windowing: {
    // An hour is a good row on a page, and of a quiet log six are one request.
    windowMs: HOUR,
    listMs: 6 * HOUR,
    // Kept for 30 days with Entra ID P1 or P2. Without, for 7: what is older is then listed as empty.
    retentionMs: 30 * DAY - 30 * MINUTE,
    // Nearly all is there after a quarter of an hour; twice that covers clocks that differ as well.
    overlapMs: 30 * MINUTE,
    // The latest that were seen came after 2 hours.
    reconcileMs: 6 * HOUR,
    settleMs: 1_000,
  },
  source: {
    list: (context, span) =>
      listGraph(
        context,
        {
          path: `/v1.0/auditLogs/directoryAudits?${filterOf('activityDateTime', span)}&$orderby=activityDateTime&$top=1000`,
          what: `Could not list "${TITLE}".`,
          permission: PERMISSION,
        },
        recordIn(span, 'activityDateTime'),
      ),
  },
})
