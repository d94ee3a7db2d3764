import { z } from 'zod'

import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { isoTime } from '#domain/clock.ts'
import type { MailCondition } from '#domain/mail-filter.ts'

import type { PairLocation, PairSource, Term } from './pair.ts'
import { internetMessageId, networkMessageId } from './values.ts'

/**
 * Analyzed emails: what Threat Explorer shows. The documentation says 30 days and filters by message; tenants have been
 * seen that look at the last 20 hours whatever is asked, so that its answers are hints, checked here against the ids, and
 * it is asked last.
 * @see https://learn.microsoft.com/graph/api/security-collaborationroot-list-analyzedemails
 */
export const analyzedEmails: PairSource = {
  name: 'analyzed-emails',
  delayMs: 15 * 60_000,
  reachMs: 30 * 86_400_000,
  term: analyzedTerm,
  tooMuch: ({ branches }) =>
    branches.length > BRANCHES_MAX
      ? `It has ${branches.length} alternatives; more than ${BRANCHES_MAX} are not asked.`
      : undefined,
  async ask({ microsoft, branches, from, to, signal }, found) {
    const terms = branches.flat()
    const $filter = terms.map(({ text }) => text).join(' or ')
    const request = {
      api: 'graph',
      path: `/v1.0/security/collaboration/analyzedEmails${odataQuery({ $filter, $top: PAGE })}&startTime=${isoTime(from)}&endTime=${isoTime(to)}`,
      what: 'Could not ask analyzed emails who got the mail.',
      permission: 'SecurityAnalyzedMessage.Read.All',
      ...(signal && { signal }),
    } as const
    let pages = 0
    for await (const page of microsoft.pages(request, AnalyzedEmail)) {
      for (const row of page) {
        const { recipientEmailAddress, latestDelivery, loggedDateTime } = row
        if (!recipientEmailAddress || !terms.some((term) => isOf(row, term))) continue
        const location = locationOf(latestDelivery?.location ?? '')
        found({
          networkMessageId: networkMessageId(row.networkMessageId),
          recipient: recipientEmailAddress.toLowerCase(),
          ...(row.internetMessageId && { internetMessageId: row.internetMessageId }),
          ...(location && { location }),
          at: Date.parse(loggedDateTime ?? ''),
        })
      }
      if (++pages === PAGES_MAX) return `Not all was read: ${PAGES_MAX * PAGE} rows are looked at.`
    }
    return undefined
  },
}

const BRANCHES_MAX = 20
const PAGE = 1000
const PAGES_MAX = 5

function analyzedTerm({ field, value }: MailCondition): Term | undefined {
  switch (field) {
    case 'network-message-id': {
      const id = networkMessageId(value)
      const text = `networkMessageId eq ${odataString(id)}`
      return { property: 'networkMessageId', text, kind: 'hint', networkMessageId: id }
    }
    case 'internet-message-id': {
      const text = `internetMessageId eq ${odataString(internetMessageId(value))}`
      return { property: 'internetMessageId', text, kind: 'hint' }
    }
    default:
      return undefined
  }
}

const AnalyzedEmail = z.object({
  networkMessageId: z.string(),
  internetMessageId: z.string().nullish(),
  recipientEmailAddress: z.string().nullish(),
  loggedDateTime: z.string().nullish(),
  latestDelivery: z.object({ location: z.string().nullish() }).nullish(),
})

/** Whether the row is what was asked for, should the service not have looked at the filter. */
function isOf(row: z.infer<typeof AnalyzedEmail>, { property, text }: Term): boolean {
  const value = property === 'networkMessageId' ? row.networkMessageId : (row.internetMessageId ?? '')
  return text.toLowerCase() === `${property} eq ${odataString(value)}`.toLowerCase()
}

function locationOf(place: string): PairLocation | undefined {
  switch (place) {
    case 'failed':
    case 'dropped':
      return undefined
    case 'quarantine':
      return 'quarantine'
    case 'junkFolder':
      return 'junk'
    case 'deletedFolder':
      return 'deleted'
    case 'onprem_external':
      return 'external'
    default:
      return 'mailbox'
  }
}
