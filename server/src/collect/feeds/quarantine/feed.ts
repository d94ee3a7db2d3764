import { defineFeed, type Feed, type FeedContext, type Span } from '#collect/feed.ts'
import { inlineBatches } from '#collect/inline-batches.ts'
import { inTimeOrder } from '#collect/listed-items.ts'
import { EXCHANGE_PERMISSION, invokePages } from '#connect/apis/exchange-admin/invoke-command.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { isoTime } from '#domain/clock.ts'

/**
 * Mail that filtering held back, and who released it. Graph has no quarantine, so it is read by PowerShell's command. Listed by
 * when a message was received; it may be taken out of mailboxes into quarantine and released days later, so it is read again
 * for a week, and whatever changed makes it another record.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ROLE = 'Security Reader'

async function* list({ microsoft, signal, settings }: FeedContext, span: Span): ReturnType<typeof inlineBatches> {
  const pages = invokePages(microsoft, {
    name: 'Get-QuarantineMessage',
    parameters: { StartReceivedDate: isoTime(span.from), EndReceivedDate: isoTime(span.to) },
    what: 'Could not list the mail in quarantine.',
    role: ROLE,
    organization: settings.organization,
    signal,
  })
  yield* inlineBatches(inTimeOrder(pages, span, { time: ({ ReceivedTime }) => ReceivedTime }))
}

export const QUARANTINE_FEEDS: readonly Feed[] = [
  defineFeed({
    id: 'exchange.quarantine',
    title: 'Quarantine',
    dataset: 'o365.quarantine',
    api: 'exchange-admin',
    permissions: [
      {
        resource: RESOURCE_TITLES['exchange-admin'],
        permission: EXCHANGE_PERMISSION,
        why: 'Runs commands of Exchange Online PowerShell, here the one that lists mail in quarantine.',
      },
    ],
    requirements: [
      {
        kind: 'directory-role',
        name: ROLE,
        why: 'Lets the application see the quarantine; it is given in Entra under Roles and administrators. Global Reader does as well.',
      },
    ],
    lateness: 'Within minutes of the filtering; mail that is taken out of mailboxes afterwards comes up to days later.',
    windowing: {
      // Windows are read again once per length: four times a day is enough for releases, and spares Exchange.
      windowMs: 6 * HOUR,
      // A day is a page or some; it lies in memory to be put in order.
      listMs: DAY,
      // Kept for 30 days at most.
      retentionMs: 30 * DAY - HOUR,
      overlapMs: HOUR,
      // Mail is taken out of mailboxes within two days of its delivery, and most releases are asked for within a week.
      reconcileMs: 7 * DAY,
      settleMs: MINUTE,
    },
    source: { list },
  }),
]
