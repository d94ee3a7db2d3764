import { isIPv4 } from 'node:net'

import { z } from 'zod'

import { isoTime } from '#domain/clock.ts'
import type { MailCondition } from '#domain/mail-filter.ts'

import { hunt, HUNT_DELAY_MS, HUNT_REACH_MS, HUNT_ROWS_MAX, kqlString } from './hunt.ts'
import type { PairLocation, PairSource, Sighting, Term } from './pair.ts'
import { addressParts, internetMessageId, networkMessageId, subjectPiece } from './values.ts'

/**
 * EmailEvents of advanced hunting: one row for each message and recipient, with the From address that people see. Any
 * number of alternatives is one request. Tenants with Defender for Office 365 Plan 2 have it.
 * @see https://learn.microsoft.com/defender-xdr/advanced-hunting-emailevents-table
 */
export const hunting: PairSource = {
  name: 'hunting',
  delayMs: HUNT_DELAY_MS,
  reachMs: HUNT_REACH_MS,
  term: huntingTerm,
  tooMuch: ({ branches }) =>
    branches.length > BRANCHES_MAX
      ? `It has ${branches.length} alternatives; a query of more than ${BRANCHES_MAX} takes Microsoft too long.`
      : undefined,
  async ask({ microsoft, branches, from, to, signal }, found) {
    const anyOf = branches.map((terms) => `(${terms.map(({ text }) => text).join(' and ')})`).join('\n  or ')
    const query = [
      'EmailEvents',
      `where Timestamp between (datetime(${isoTime(from)}) .. datetime(${isoTime(to)}))`,
      `where ${anyOf}`,
      `project ${Object.keys(EmailEvent.shape).join(', ')}`,
    ].join('\n| ')
    const what = 'Could not hunt for who got the mail.'
    const rows = await hunt({ microsoft, query, row: EmailEvent, what, signal })
    for (const row of rows) for (const sighting of sightingsOf(row)) found(sighting)
    return rows.length >= HUNT_ROWS_MAX ? `Not all was read: Microsoft gives ${HUNT_ROWS_MAX} rows.` : undefined
  },
}

const BRANCHES_MAX = 200

/**
 * Links, attachments and display names are recorded as Defender saw them, wrapped links and archives unopened: looking for
 * them finds much and not all.
 */
function huntingTerm({ field, value }: MailCondition): Term | undefined {
  const term = (property: string, text: string, kind: Term['kind'] = 'exact'): Term => ({ property, text, kind })
  const contains = (property: string, kind?: Term['kind']): Term | undefined => {
    const piece = subjectPiece(value)
    return piece === undefined ? undefined : term(property, `${property} contains ${kqlString(piece)}`, kind)
  }
  const inTable = (table: string, condition: string): Term =>
    term(table, `NetworkMessageId in ((${table} | where ${condition} | project NetworkMessageId))`, 'hint')
  switch (field) {
    case 'network-message-id': {
      const id = networkMessageId(value)
      return { ...term('NetworkMessageId', `NetworkMessageId =~ ${kqlString(id)}`), networkMessageId: id }
    }
    case 'internet-message-id':
      return term('InternetMessageId', `InternetMessageId =~ ${kqlString(internetMessageId(value))}`)
    case 'subject':
      return contains('Subject')
    case 'from': {
      const { address, domains } = addressParts(value)
      if (address !== undefined) return term('SenderFromAddress', `SenderFromAddress =~ ${kqlString(address)}`)
      return domains.length === 0
        ? undefined
        : term('SenderFromDomain', `SenderFromDomain in~ (${domains.map(kqlString).join(', ')})`)
    }
    case 'sender-ip':
      return isIPv4(value.trim()) ? term('SenderIPv4', `SenderIPv4 == ${kqlString(value.trim())}`, 'hint') : undefined
    case 'sender-name':
      return contains('SenderDisplayName', 'hint')
    case 'url':
      return inTable('EmailUrlInfo', `Url contains ${kqlString(value.trim())}`)
    case 'attachment-name': {
      const piece = subjectPiece(value.replaceAll('*', '\n'))
      return piece === undefined ? undefined : inTable('EmailAttachmentInfo', `FileName contains ${kqlString(piece)}`)
    }
    case 'attachment-hash':
      return /^[\da-f]{64}$/i.test(value.trim())
        ? inTable('EmailAttachmentInfo', `SHA256 =~ ${kqlString(value.trim())}`)
        : undefined
    default:
      return undefined
  }
}

const EmailEvent = z.object({
  Timestamp: z.string(),
  NetworkMessageId: z.string(),
  InternetMessageId: z.string().nullish(),
  SenderFromAddress: z.string().nullish(),
  SenderObjectId: z.string().nullish(),
  RecipientEmailAddress: z.string().nullish(),
  RecipientObjectId: z.string().nullish(),
  EmailDirection: z.string().nullish(),
  DeliveryLocation: z.string().nullish(),
  LatestDeliveryLocation: z.string().nullish(),
})

/** The delivery, and the sender's own copy of mail from within. */
function sightingsOf(row: z.infer<typeof EmailEvent>): Sighting[] {
  const message = {
    networkMessageId: networkMessageId(row.NetworkMessageId),
    ...(row.InternetMessageId && { internetMessageId: row.InternetMessageId }),
    at: Date.parse(row.Timestamp),
  }
  const location = locationOf(row.LatestDeliveryLocation || row.DeliveryLocation || '')
  const recipient = row.RecipientEmailAddress?.toLowerCase()
  const sender = row.SenderFromAddress?.toLowerCase()
  const isFromWithin = row.EmailDirection === 'Intra-org' || row.EmailDirection === 'Outbound'
  const person = (address: string, userId: string | null | undefined) => ({
    ...message,
    recipient: address,
    ...(userId && { userId }),
  })
  return [
    ...(recipient ? [{ ...person(recipient, row.RecipientObjectId), ...(location && { location }) }] : []),
    ...(sender && isFromWithin ? [{ ...person(sender, row.SenderObjectId), location: 'sent' as const }] : []),
  ]
}

/** Unknown words: a copy is assumed, and looking for it shows. */
function locationOf(place: string): PairLocation | undefined {
  switch (place) {
    case 'Failed':
    case 'Dropped':
      return undefined
    case 'Quarantine':
      return 'quarantine'
    case 'Junk folder':
      return 'junk'
    case 'Deleted items':
      return 'deleted'
    case 'On-premises/external':
      return 'external'
    default:
      return 'mailbox'
  }
}
