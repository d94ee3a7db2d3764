import { defineFeed, type Feed } from '#collect/feed.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'

import { checkMailbox } from './check-mailbox.ts'
import { PhishingMailboxOptions } from './options.ts'
import { exclusionBy, listReports, MAIL_PERMISSION } from './reports.ts'

/**
 * The mailbox that people send suspicious mail to: every message in it is a report, and its record tells the report and the
 * mail that was reported, so that the campaign can be searched by what it carried.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const PHISHING_MAILBOX_FEEDS: readonly Feed[] = [
  defineFeed<PhishingMailboxOptions>({
    id: 'graph.phishing-mailbox',
    title: 'Phishing mailbox',
    dataset: 'o365.reported_mail',
    api: 'graph',
    permissions: [
      {
        resource: RESOURCE_TITLES.graph,
        permission: MAIL_PERMISSION,
        why: 'Reads the mail that was sent to the phishing mailbox; RBAC for Applications in Exchange can limit it to that mailbox.',
      },
    ],
    lateness: 'As soon as the report arrives in the mailbox.',
    windowing: {
      windowMs: HOUR,
      // Reports are few, and a batch is one message whatever span was asked for.
      listMs: 7 * DAY,
      // A mailbox keeps its mail; a year back is more than anybody follows up.
      retentionMs: 366 * DAY,
      // A message is seen seconds after it was received; a rule or a person may move it into the folder later.
      overlapMs: 30 * MINUTE,
      reconcileMs: DAY,
      settleMs: 30_000,
    },
    options: PhishingMailboxOptions,
    lookbackMs: ({ lookbackDays }) => lookbackDays * DAY,
    exclusion: exclusionBy,
    source: { list: listReports, check: checkMailbox },
  }),
]
