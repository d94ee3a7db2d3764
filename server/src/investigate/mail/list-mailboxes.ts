import { whyUnauthorized } from '#domain/authorized.ts'
import type { Investigation, InvestigationMailbox } from '#domain/investigation.ts'
import { conditionsOf, type MailFilter } from '#domain/mail-filter.ts'

import type { InvestigationRun } from './engine.ts'
import { findPairs } from './pairs/find-pairs.ts'
import type { MailPair } from './pairs/pair.ts'
import { findRecipients } from './recipients.ts'
import { sourceOf } from './source-of.ts'

/** Mailboxes that one job searches: a second or two of work, so that investigations take turns. */
const CHUNK = 250

/**
 * Writes down the mailboxes to search, in chunks: first those that got the mail, as Microsoft's records of deliveries say; then
 * the others, unless the records know every copy and nothing is to be watched. Each mailbox once, whatever is cut off and repeated.
 * Mailboxes outside the connection's authorized domains are written down as skipped. Ends early when it is stopped.
 *
 * @throws AppError CONNECT_*, INVESTIGATION_TARGET_UNKNOWN, STORE_*.
 */
export async function listMailboxes(run: InvestigationRun, investigation: Investigation): Promise<void> {
  const { records, microsoft, tenantId, id, clock, signal } = run
  const { targets, filter, method, duration } = investigation
  // What is watched is wherever new mail may come, whatever the records know of the past.
  const isEnough = (complete: boolean) => complete && duration.kind === 'once'
  const { settings } = (await records.connections.read(tenantId, investigation.connectionId)) ?? {}
  const refuse = (mailbox: InvestigationMailbox): InvestigationMailbox => {
    const reason = whyUnauthorized(mailbox.userPrincipalName, settings)
    return reason === undefined || mailbox.state !== 'waiting' ? mailbox : { ...mailbox, state: 'skipped', reason }
  }
  let chunk = 0
  // False once it was stopped: then there is nothing to list for.
  const add = async (listed: readonly InvestigationMailbox[]) => {
    const mailboxes = listed.map(refuse)
    for (let start = 0; start < mailboxes.length; start += CHUNK) {
      const slice = mailboxes.slice(start, start + CHUNK)
      if (!(await records.investigations.addMailboxes(tenantId, id, chunk++, slice))) return false
    }
    await run.onMailboxes?.()
    return true
  }

  const answer =
    method === 'auto' && !microsoft.exchange
      ? await findPairs({ microsoft, filter, clock, ...(signal && { signal }) })
      : undefined
  if (answer) {
    const { source, pairs, complete, tried } = answer
    const messageIds = messageIdsOf(filter, pairs)
    const finding = { source, pairs: pairs.length, complete, tried, messageIds }
    await records.investigations.note(tenantId, id, { finding })
    const recipients = await findRecipients(microsoft, pairs, signal)
    if (targets.kind === 'all') {
      if (!(await add(recipients))) return
    } else {
      const wanted = await collect(sourceOf(microsoft).mailboxes(targets, signal))
      const received = new Set(recipients.map(({ userId }) => userId))
      const goesOn = await add(wanted.filter(({ userId, state }) => received.has(userId) || state === 'failed'))
      if (goesOn && !isEnough(complete)) await add(wanted.filter(({ userId }) => !received.has(userId)))
      return
    }
    if (isEnough(complete)) return
  }
  for await (const mailboxes of sourceOf(microsoft).mailboxes(targets, signal)) {
    if (!(await add(mailboxes))) return
  }
}

async function collect(pages: AsyncIterable<InvestigationMailbox[]>): Promise<InvestigationMailbox[]> {
  const all: InvestigationMailbox[] = []
  for await (const page of pages) all.push(...page)
  return [...new Map(all.map((mailbox) => [mailbox.userId, mailbox])).values()]
}

/** What the pairs say of messages that the filter names by network message ID. */
function messageIdsOf(filter: MailFilter, pairs: readonly MailPair[]): Record<string, string[]> {
  const named = new Set(
    [...conditionsOf(filter.where)].flatMap(({ field, value }) =>
      field === 'network-message-id' ? [value.toLowerCase()] : [],
    ),
  )
  const ids: Record<string, string[]> = {}
  for (const { networkMessageId, internetMessageId } of pairs) {
    if (internetMessageId === undefined || !named.has(networkMessageId)) continue
    const known = (ids[networkMessageId] ??= [])
    if (!known.includes(internetMessageId)) known.push(internetMessageId)
  }
  return ids
}
