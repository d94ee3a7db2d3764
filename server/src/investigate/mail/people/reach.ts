import { Readable } from 'node:stream'

import type { Microsoft } from '#connect/microsoft.ts'
import { whyUnauthorized } from '#domain/authorized.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { UnreachedCopy } from '#domain/follow-up.ts'
import { stableId } from '#domain/ids.ts'
import type { InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { MailCondition } from '#domain/mail-filter.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'
import { findMailboxes } from '#investigate/mail/mailboxes.ts'
import { resolveAddresses } from '#investigate/mail/recipients.ts'
import { scanMailbox } from '#investigate/mail/scan.ts'

import type { FoundCopy } from './copies.ts'

export interface Reach {
  microsoft: Microsoft
  investigationId: string
  copies: readonly FoundCopy[]
  /** By id: those that the copies come from, and all others that are known. */
  hits: ReadonlyMap<string, MailHit>
  /** Of the connection: mailboxes outside its authorized domains are not looked into. */
  settings?: Pick<ConnectionSettings, 'authorizedDomains'>
  signal?: AbortSignal
  /** Mailboxes looked into at once. */
  concurrency: number
}

export interface Reached {
  hits: MailHit[]
  unreached: UnreachedCopy[]
}

type SentOn = Extract<FoundCopy, { recipient: string }>

/** A copy to look for in a mailbox. */
interface Wanted {
  mailbox: Pick<InvestigationMailbox, 'userId' | 'userPrincipalName'>
  copy: Exclude<FoundCopy, { foundBy: 'meeting' }>
  /** Only the list that the copy was sent to is known, not whether this member got it. */
  maybe?: true
}

/**
 * Makes hits of copies: those in mailboxes of the tenant by a look into each mailbox, whichever folder they lie in now, and
 * events as they are. What was sent to a group is looked for with its members. Whatever cannot be reached is told with the
 * reason.
 *
 * @throws the signal's reason when aborted; AppError CONNECT_* when the directory cannot be asked at all.
 */
export async function reachCopies(reach: Reach): Promise<Reached> {
  const events = reach.copies.flatMap((copy) => (copy.foundBy === 'meeting' ? [eventHit(reach, copy)] : []))
  const { wanted, unreached } = await locate(reach)
  const byMailbox = [...Map.groupBy(wanted, ({ mailbox }) => mailbox.userId).values()].flatMap(inPieces)
  const looks = await Readable.from(byMailbox)
    .map((piece: Wanted[]) => lookInto(reach, piece), { concurrency: reach.concurrency })
    .toArray()
  return {
    hits: [...events, ...looks.flatMap(({ hits }: Reached) => hits)],
    unreached: [...unreached, ...looks.flatMap((look: Reached) => look.unreached)],
  }
}

/** As many message IDs as Exchange takes in one question. */
const PIECE = 20

function inPieces(wanted: readonly Wanted[]): Wanted[][] {
  return Array.from({ length: Math.ceil(wanted.length / PIECE) }, (_, i) => wanted.slice(i * PIECE, (i + 1) * PIECE))
}

/** In which mailboxes to look for which copies. */
async function locate({ microsoft, copies, signal }: Reach): Promise<{ wanted: Wanted[]; unreached: UnreachedCopy[] }> {
  const wanted = new Map<string, Wanted>()
  const unreached: UnreachedCopy[] = []
  const add = (want: Wanted) => {
    const key = `${want.mailbox.userId} ${want.copy.internetMessageId}`
    if (!wanted.has(key) || wanted.get(key)!.maybe) wanted.set(key, want)
  }
  for (const copy of copies)
    if (copy.foundBy === 'sent-copy' && copy.internetMessageId !== '') add({ mailbox: copy, copy })

  const sentOn = copies.filter((copy): copy is SentOn => copy.foundBy === 'forward' || copy.foundBy === 'reply')
  const inside = sentOn.filter((copy) => {
    const reason = WHY_NOT[copy.location ?? 'mailbox']
    if (reason !== undefined) unreached.push(unreachedOf(copy, reason))
    return reason === undefined
  })
  const users = await resolveAddresses(microsoft, [...new Set(inside.map(({ recipient }) => recipient))], signal)
  const groups = new Map<string, Promise<InvestigationMailbox[] | AppError>>()
  for (const copy of inside) {
    const user = users.get(copy.recipient)
    if (user instanceof AppError) unreached.push(unreachedOf(copy, `${user.what} ${reasonOf(user)}`))
    else if (user) add({ mailbox: user, copy })
    else {
      const asked = groups.get(copy.recipient) ?? membersOf(microsoft, copy.recipient, signal)
      groups.set(copy.recipient, asked)
      const members = await asked
      if (members instanceof AppError) unreached.push(unreachedOf(copy, whyNoMembers(members)))
      else for (const mailbox of members) add({ mailbox, copy, maybe: true })
    }
  }
  return { wanted: [...wanted.values()], unreached }
}

const OUTSIDE =
  'It went outside: no mailbox and no group of the tenant has this address. Ask whoever has it to delete it.'

const WHY_NOT: Partial<Record<NonNullable<SentOn['location']>, string>> = {
  external: OUTSIDE,
  quarantine: 'It is held in quarantine, in no mailbox. Delete it on the Quarantine page of Microsoft Defender.',
}

/** Those in the group of this address, and in the groups inside it. */
async function membersOf(
  microsoft: Microsoft,
  address: string,
  signal?: AbortSignal,
): Promise<InvestigationMailbox[] | AppError> {
  try {
    const members: InvestigationMailbox[] = []
    for await (const page of findMailboxes(microsoft, { kind: 'groups', groups: [address] }, signal))
      members.push(...page)
    return members
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof AppError) return error
    throw error
  }
}

function whyNoMembers(error: AppError): string {
  return error.code === 'INVESTIGATION_TARGET_UNKNOWN' ? OUTSIDE : `${error.what} ${reasonOf(error)}`
}

async function lookInto(
  { microsoft, investigationId, hits: known, settings, signal }: Reach,
  piece: readonly Wanted[],
): Promise<Reached> {
  const { mailbox } = piece[0]!
  const conditions = piece.map(({ copy }): MailCondition => ({
    field: 'internet-message-id',
    value: copy.internetMessageId,
  }))
  const filter = { where: { logic: 'or', conditions } } as const
  const search = { microsoft, investigationId, filter, mailbox, ...(signal && { signal }) }
  const all = (reason: string) => piece.map(({ copy }) => unreachedOf(copy, reason))
  const unauthorized = whyUnauthorized(mailbox.userPrincipalName, settings)
  if (unauthorized !== undefined) return { hits: [], unreached: all(unauthorized) }
  try {
    const { hits, reason } = await scanMailbox(search)
    const found = hits.flatMap((hit) => {
      const copy = piece.find((each) => each.copy.internetMessageId === hit.internetMessageId)?.copy
      return copy ? [{ ...hit, foundBy: copy.foundBy, matched: [wordsOf(copy, known.get(copy.hitId)!)] }] : []
    })
    if (reason !== undefined) return { hits: found, unreached: all(reason) }
    const there = new Set([...found, ...known.values()].map((hit) => `${hit.userId} ${hit.internetMessageId}`))
    const gone = piece.filter(({ copy, maybe }) => !maybe && !there.has(`${mailbox.userId} ${copy.internetMessageId}`))
    return { hits: found, unreached: gone.map(({ copy }) => unreachedOf(copy, GONE)) }
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    return { hits: [], unreached: all(`${error.what} ${reasonOf(error)}`) }
  }
}

const GONE = 'The mailbox does not hold it: it was deleted for good, or has not come yet.'

function unreachedOf(copy: Wanted['copy'], reason: string): UnreachedCopy {
  const { foundBy, hitId, internetMessageId } = copy
  const recipient = 'recipient' in copy ? copy.recipient : copy.userPrincipalName.toLowerCase()
  return { foundBy, hitId, recipient, internetMessageId, reason }
}

function wordsOf({ foundBy }: Wanted['copy'], { userPrincipalName }: MailHit): string {
  switch (foundBy) {
    case 'forward':
      return `forwarded by ${userPrincipalName}`
    case 'reply':
      return `sent by ${userPrincipalName} in answer to all`
    case 'sent-copy':
      return `copy of what ${userPrincipalName} sent on or answered`
  }
}

function eventHit(
  { investigationId, hits }: Reach,
  { hitId, userId, userPrincipalName, eventId, subject }: Extract<FoundCopy, { foundBy: 'meeting' }>,
): MailHit {
  const invitation = hits.get(hitId)!
  return {
    id: stableId(investigationId, userId, eventId),
    userId,
    userPrincipalName,
    messageId: eventId,
    internetMessageId: '',
    subject,
    sender: invitation.sender,
    receivedAt: invitation.receivedAt,
    folderId: 'calendar',
    folderName: 'Calendar',
    isRead: invitation.isRead,
    hasAttachments: false,
    foundBy: 'meeting',
    matched: ['event with the subject and the organizer of an invitation that is a hit'],
  }
}
