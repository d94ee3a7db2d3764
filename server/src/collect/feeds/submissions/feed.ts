import { z } from 'zod'

import { defineFeed, type Feed, type FeedBatch, type FeedContext, type Span } from '#collect/feed.ts'
import { listGraph } from '#collect/graph-list.ts'
import { toRecords, type Item } from '#collect/listed-items.ts'
import { odataQuery } from '#connect/apis/graph/odata.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { isoTime } from '#domain/clock.ts'

/**
 * Mail that users and administrators sent to Microsoft to be looked at, and what Microsoft said of it: the reports of the
 * button in Outlook arrive here. A submission is listed by when it was made and gets its result later, so it is read again
 * for some days; whatever changed makes it another record. Only beta of Graph has it.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const PERMISSION = 'ThreatSubmission.Read.All'

/** Microsoft's words for `result.category`. */
const CATEGORIES = [
  'notJunk',
  'spam',
  'phishing',
  'malware',
  'allowedByPolicy',
  'blockedByPolicy',
  'spoof',
  'unknown',
  'noResultAvailable',
  'beingAnalyzed',
  'notSubmittedToMicrosoft',
  'phishingSimulation',
  'allowedDueToOrganizationOverride',
  'blockedDueToOrganizationOverride',
  'allowedDueToUserOverride',
  'blockedDueToUserOverride',
  'itemNotfound',
  'threatsFound',
  'noThreatsFound',
  'domainImpersonation',
  'userImpersonation',
  'brandImpersonation',
  'authenticationFailure',
  'spoofedBlocked',
  'spoofedAllowed',
  'bulk',
  'reasonLostInTransit',
] as const

const Options = z.strictObject({
  excludedCategories: z
    .array(z.enum(CATEGORIES))
    .default([])
    .describe('Leave out submissions whose result is of one of these categories; those without a result are kept.'),
})
type Options = z.infer<typeof Options>

const Submission = z.object({ result: z.object({ category: z.string().nullish() }).nullish() })

function list(context: FeedContext<Options>, span: Span): AsyncIterable<FeedBatch[]> {
  const $filter = `createdDateTime ge ${isoTime(span.from)} and createdDateTime lt ${isoTime(span.to)}`
  const request = {
    path: `/beta/security/threatSubmission/emailThreats${odataQuery({ $filter, $top: 500 })}`,
    what: 'Could not list the mail that was submitted to Microsoft.',
    permission: PERMISSION,
    headers: { Prefer: 'include-unknown-enum-members' },
    isUnordered: true,
  }
  const time = ({ createdDateTime }: Item) => createdDateTime
  return listGraph(context, request, (item) => toRecords([item], span, { time })[0])
}

export const SUBMISSION_FEEDS: readonly Feed[] = [
  defineFeed<Options>({
    id: 'graph.email-threat-submissions',
    title: 'Mail submitted to Microsoft',
    dataset: 'o365.submission',
    api: 'graph',
    permissions: [
      {
        resource: RESOURCE_TITLES.graph,
        permission: PERMISSION,
        why: 'Reads which mail users and administrators reported to Microsoft, and what Microsoft said of it.',
      },
    ],
    requirements: [
      {
        kind: 'license',
        name: 'Microsoft Defender for Office 365',
        why: 'Takes the reports in and looks at them; it comes with Microsoft 365 E5 and Business Premium.',
      },
    ],
    notOfferedIn: {
      clouds: ['gcc-high', 'dod', 'china'],
      why: 'Microsoft Graph has threat submissions in its global service only.',
    },
    lateness: 'Listed within minutes; the result follows within minutes to days.',
    windowing: {
      windowMs: HOUR,
      // Submissions are few: a week is a page or two.
      listMs: 7 * DAY,
      // Kept for 30 days in the portal's list, for which nothing else is said.
      retentionMs: 30 * DAY - HOUR,
      // Most results are there within the hour, nearly all within three days.
      overlapMs: HOUR,
      reconcileMs: 3 * DAY,
      settleMs: 30_000,
    },
    options: Options,
    exclusion({ excludedCategories }) {
      if (excludedCategories.length === 0) return undefined
      const excluded = new Set<string>(excludedCategories)
      return (record) => {
        const category = Submission.parse(JSON.parse(record)).result?.category
        return category && excluded.has(category) ? 'excludedCategories' : undefined
      }
    },
    source: { list },
  }),
]
