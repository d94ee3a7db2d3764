import type { Microsoft } from '#connect/microsoft.ts'
import { refusalOf } from '#domain/authorized.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { Finding, MailPerson } from '#domain/follow-up.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'
import { HUNT_REACH_MS } from '#investigate/mail/pairs/hunt.ts'

import { readClicks, type Click } from './clicks.ts'
import { readResponses, type Responses } from './responses.ts'
import type { FollowedHit, SentCopy } from './sent-copy.ts'

/** What somebody did with the mails, and what is known of it for looking further. */
export interface PersonFollowUp extends MailPerson {
  /** The mails sent in answer, and which hit each answers. */
  sent: (SentCopy & { hitId: string })[]
  /** Ids of the hits that are meeting notices. */
  meetings: string[]
}

export interface FollowUpOptions {
  microsoft: Microsoft
  hits: readonly FollowedHit[]
  clock: Clock
  /** Of the connection: mailboxes outside its authorized domains are not asked, and what they did is unknown. */
  settings?: Pick<ConnectionSettings, 'authorizedDomains'>
  signal?: AbortSignal
}

/**
 * Who opened, answered, passed on and clicked the mails that were found: for each user of a hit, and for whoever else
 * clicked. A source that cannot be asked makes findings `unknown` and ends nothing.
 *
 * Costs two reads for each hit, twenty in one request, and one hunt.
 *
 * @throws the signal's reason when aborted.
 */
export async function followUp({
  microsoft,
  hits,
  clock,
  settings,
  signal,
}: FollowUpOptions): Promise<PersonFollowUp[]> {
  const refused = new Map(
    hits.flatMap(({ id, userPrincipalName }) => {
      const refusal = refusalOf(userPrincipalName, settings, `Could not read a mail of ${userPrincipalName} again.`)
      return refusal ? [[id, refusal] as const] : []
    }),
  )
  async function readAuthorized(): Promise<ReadonlyMap<string, Responses | AppError>> {
    const authorized = hits.filter(({ id }) => !refused.has(id))
    return new Map<string, Responses | AppError>([...refused, ...(await readResponses(microsoft, authorized, signal))])
  }
  const [responses, clicks] = await Promise.all([
    readAuthorized(),
    readClicks(microsoft, new Set(hits.map(({ internetMessageId }) => internetMessageId)), signal).catch(
      (error: unknown) => {
        signal?.throwIfAborted()
        if (error instanceof AppError) return error
        throw error
      },
    ),
  ])
  const reach = clock.now() - HUNT_REACH_MS
  const byUser = Map.groupBy(hits, ({ userPrincipalName }) => userPrincipalName.toLowerCase())
  const clickers = clicks instanceof AppError ? [] : clicks.map(({ userPrincipalName }) => userPrincipalName)
  return [...new Set([...byUser.keys(), ...clickers])].map((userPrincipalName) => {
    const own = byUser.get(userPrincipalName) ?? []
    return toPerson(userPrincipalName, own, responses, clickedOf(userPrincipalName, own, clicks, reach))
  })
}

function toPerson(
  userPrincipalName: string,
  hits: readonly FollowedHit[],
  responses: ReadonlyMap<string, Responses | AppError>,
  clicked: Finding,
): PersonFollowUp {
  const said = hits.map((hit) => ({ hit, of: responses.get(hit.id)! }))
  const sent = said.flatMap(({ hit, of }) =>
    of instanceof AppError || of.sent instanceof AppError ? [] : of.sent.map((copy) => ({ ...copy, hitId: hit.id })),
  )
  const senders = new Map(hits.map(({ id, sender }) => [id, sender]))
  const gaps = said.flatMap(({ of }) => {
    const error = of instanceof AppError ? of : of.sent
    return error instanceof AppError ? [`${error.what} ${reasonOf(error)}`] : []
  })
  const marked = (as: Responses['lastDone'], text: string) =>
    said.some(({ of }) => !(of instanceof AppError) && of.lastDone === as) ? [text] : []
  const replied = finding(
    [
      ...sent
        .filter(({ isReply }) => isReply)
        .map(({ sentAt, hitId }) => `Sent a reply to ${senders.get(hitId)} at ${sentAt}.`),
      ...marked('replied', 'Outlook marks the mail as replied to.'),
    ],
    gaps,
    'Sent Items has no reply.',
  )
  const forwarded = finding(
    [
      ...sent
        .filter(({ isForward }) => isForward)
        .map(({ sentAt, recipients }) => `Sent it at ${sentAt} to ${recipients.join(', ')}.`),
      ...marked('forwarded', 'Outlook marks the mail as forwarded.'),
    ],
    gaps,
    'Sent Items has no forward.',
  )
  const hitId = (each: { hit: FollowedHit }) => each.hit.id
  return {
    userPrincipalName,
    ...(hits[0] && { userId: hits[0].userId }),
    opened: openedOf(said, [replied, forwarded, clicked]),
    replied: hits.length === 0 ? NO_COPY : replied,
    forwarded: hits.length === 0 ? NO_COPY : forwarded,
    clicked,
    sent,
    meetings: said.filter(({ of }) => !(of instanceof AppError) && of.isMeeting).map(hitId),
  }
}

const NO_COPY: Finding = { is: 'unknown', evidence: ['No copy was found with this user.'] }

function finding(evidence: string[], gaps: string[], otherwise: string): Finding {
  if (evidence.length > 0) return { is: 'yes', evidence }
  return gaps.length > 0 ? { is: 'unknown', evidence: gaps } : { is: 'no', evidence: [otherwise] }
}

/** Who did something with a mail has opened it. */
function openedOf(
  said: readonly { hit: FollowedHit; of: Responses | AppError }[],
  others: readonly Finding[],
): Finding {
  const isRead = said.some(({ hit, of }) => (of instanceof AppError ? hit.isRead : of.isRead))
  const evidence = [
    ...(isRead ? ['The mail is marked as read.'] : []),
    ...others.filter(({ is }) => is === 'yes').flatMap((other) => other.evidence),
  ]
  return finding(evidence, said.length === 0 ? NO_COPY.evidence : [], 'The mail is marked as unread.')
}

function clickedOf(
  userPrincipalName: string,
  hits: readonly FollowedHit[],
  clicks: readonly Click[] | AppError,
  reach: number,
): Finding {
  if (clicks instanceof AppError) return { is: 'unknown', evidence: [`${clicks.what} ${reasonOf(clicks)}`] }
  const evidence = clicks
    .filter((click) => click.userPrincipalName === userPrincipalName)
    .map(({ at, url, action, wentOn }) => `Clicked ${url} at ${at} (${action}${wentOn ? ', went on' : ''}).`)
  const isTooOld = hits.some(({ receivedAt }) => Date.parse(receivedAt) < reach)
  const gaps = isTooOld ? ['The mail is older than the 30 days for which clicks are kept.'] : []
  return finding(evidence, gaps, 'Safe Links saw no click.')
}
