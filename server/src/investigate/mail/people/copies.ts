import { z } from 'zod'

import { IMMUTABLE_IDS, userUrl } from '#connect/apis/graph/mail.ts'
import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { UnreachedCopy } from '#domain/follow-up.ts'
import type { MailCondition } from '#domain/mail-filter.ts'
import { findPairs } from '#investigate/mail/pairs/find-pairs.ts'
import type { PairLocation } from '#investigate/mail/pairs/pair.ts'

import type { FollowUpOptions, PersonFollowUp } from './follow-up.ts'
import { readAll, type Read } from './read-all.ts'
import type { FollowedHit } from './sent-copy.ts'

/** Something that exists because of a hit and carries what it carried. */
export type FoundCopy = { hitId: string } & (
  | {
      /** What a user sent in answer, in their own mailbox. */
      foundBy: 'sent-copy'
      userId: string
      userPrincipalName: string
      /** Immutable Graph id. */
      messageId: string
      folderId: string
      internetMessageId: string
      subject: string
    }
  | {
      /** What others got by a forward, or by a reply to all. Look in the mailbox of the recipient for the message id. */
      foundBy: 'forward' | 'reply'
      /** Lower case; may be outside the tenant. */
      recipient: string
      internetMessageId: string
      networkMessageId?: string
      location?: PairLocation
    }
  | {
      /** The event that an invitation put into the calendar. */
      foundBy: 'meeting'
      userId: string
      userPrincipalName: string
      eventId: string
      subject: string
    }
)

/**
 * Copies that a search for the mail itself does not find: what {@link followUp}'s people sent on, who got that (by
 * Microsoft's records, so that members of distribution lists are among them, and by the addresses it was sent to), and
 * events of invitations. To follow a forward of a forward, add what is found as hits and do both again.
 *
 * `unreached` has the calendars that could not be looked into. Costs what `findPairs` costs, and one read for each meeting notice.
 *
 * @throws the signal's reason when aborted.
 */
export async function copiesOf(
  options: FollowUpOptions & { people: readonly PersonFollowUp[] },
): Promise<{ copies: FoundCopy[]; unreached: UnreachedCopy[] }> {
  const { people } = options
  const sent = people.flatMap(({ userId, userPrincipalName, sent: copies }): FoundCopy[] =>
    copies.map(({ hitId, messageId, folderId, internetMessageId, subject }) => ({
      foundBy: 'sent-copy',
      hitId,
      userId: userId!,
      userPrincipalName,
      messageId,
      folderId,
      internetMessageId,
      subject,
    })),
  )
  const [received, events] = await Promise.all([receivedCopies(options), meetingEvents(options)])
  return { copies: [...sent, ...received, ...events.copies], unreached: events.unreached }
}

async function receivedCopies({
  microsoft,
  hits,
  people,
  clock,
  signal,
}: FollowUpOptions & { people: readonly PersonFollowUp[] }): Promise<FoundCopy[]> {
  const sent = people.flatMap((person) => person.sent).filter(({ recipients }) => recipients.length > 0)
  const known = sent.filter(({ internetMessageId }) => internetMessageId !== '')
  if (known.length === 0) return []
  const bySent = new Map(known.map((copy) => [copy.internetMessageId, copy]))
  const conditions = [...bySent.keys()].map((value): MailCondition => ({ field: 'internet-message-id', value }))
  const receivedFrom = isoTime(Math.min(...known.map(({ sentAt }) => Date.parse(sentAt) || clock.now())))
  const filter = { where: { logic: 'or', conditions }, receivedFrom } as const
  const { pairs } = await findPairs({ microsoft, filter, clock, ...(signal && { signal }) })

  const authors = new Set(hits.map(({ sender }) => sender.toLowerCase()))
  const copies = new Map<string, FoundCopy>()
  const add = (internetMessageId: string, recipient: string, more: object = {}): void => {
    const copy = bySent.get(internetMessageId)
    const key = `${internetMessageId} ${recipient}`
    if (!copy || copies.has(key) || authors.has(recipient)) return
    const foundBy = copy.isForward ? 'forward' : 'reply'
    copies.set(key, { foundBy, hitId: copy.hitId, recipient, internetMessageId, ...more })
  }
  for (const { internetMessageId = '', recipient, location, networkMessageId } of pairs)
    if (location !== 'sent') add(internetMessageId, recipient, { networkMessageId, ...(location && { location }) })
  for (const { internetMessageId, recipients } of known)
    for (const recipient of recipients) add(internetMessageId, recipient)
  return [...copies.values()]
}

const PERMISSION = 'Calendars.Read'
const EVENTS_MAX = 100

const Event = z.object({
  id: z.string(),
  subject: z.string().nullish(),
  organizer: z.object({ emailAddress: z.object({ address: z.string().nullish() }).nullish() }).nullish(),
})

/** By subject and organizer: the link from a notice to its event is in Graph for one message at a time only. */
async function meetingEvents({
  microsoft,
  hits,
  people,
  signal,
}: FollowUpOptions & { people: readonly PersonFollowUp[] }): Promise<{
  copies: FoundCopy[]
  unreached: UnreachedCopy[]
}> {
  const notices = new Set(people.flatMap(({ meetings }) => meetings))
  const invited = hits.filter(({ id }) => notices.has(id))
  const lists = await readAll(microsoft, invited.map(eventRead), z.object({ value: z.array(Event) }), signal)
  const copies = new Map<string, FoundCopy>()
  const unreached: UnreachedCopy[] = []
  for (const [index, hit] of invited.entries()) {
    const list = lists[index]!
    const { userId, userPrincipalName, sender, id: hitId } = hit
    if (list instanceof AppError) {
      const recipient = userPrincipalName.toLowerCase()
      const reason = `${list.what} ${reasonOf(list)}`
      unreached.push({ foundBy: 'meeting', hitId, recipient, internetMessageId: '', reason })
      continue
    }
    for (const { id: eventId, subject, organizer } of list.value) {
      if (organizer?.emailAddress?.address?.toLowerCase() !== sender.toLowerCase()) continue
      copies.set(eventId, { foundBy: 'meeting', hitId, userId, userPrincipalName, eventId, subject: subject ?? '' })
    }
  }
  return { copies: [...copies.values()], unreached }
}

function eventRead({ userId, userPrincipalName, subject }: FollowedHit): Read {
  const $filter = `subject eq ${odataString(subject)}`
  return {
    url: `${userUrl(userId)}/events${odataQuery({ $filter, $top: EVENTS_MAX, $select: 'id,subject,organizer' })}`,
    headers: IMMUTABLE_IDS,
    what: `Could not look into the calendar of ${userPrincipalName}.`,
    permission: PERMISSION,
  }
}
