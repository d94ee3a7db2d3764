import { whyUnauthorized } from '#domain/authorized.ts'
import { AppError } from '#domain/errors.ts'
import type { Investigation, MailHit } from '#domain/investigation.ts'
import type { Target } from '#respond/action.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import type { Kind, TargetRequest } from '#respond/kind.ts'
import { invalid, NOT_PLANNED } from '#respond/not-planned.ts'

/** A message that an investigation has found. */
export interface MessageTarget extends Target {
  hit: MailHit
  /** Ids of all messages in the same mailbox that the investigation found: other copies of the message that are known. */
  known: ReadonlySet<string>
}

/** Messages of an investigation, named by their hits; one mailbox is a lane. */
export const messages: Kind<MessageTarget> = {
  id: 'message',
  isGrantedByToken: false,

  async resolve(request) {
    const { records, tenantId, action, connect, targets } = request
    const investigation = await readInvestigation(request)
    const { connectionId } = await connect(investigation.connectionId)
    const hits = choose(await records.investigations.hits(tenantId, investigation.id), targets)
    const ids = hits.map(({ messageId }) => messageId)
    const earlier = action.restores ? await records.actionRuns.earlier(tenantId, ids) : undefined
    return {
      connectionId,
      about: {
        investigationId: investigation.id,
        mailboxesTotal: new Set(hits.map(({ userId }) => userId)).size,
        ...coverageOf(investigation),
      },
      targets: hits.map(({ id, messageId, subject, userPrincipalName, userId }) => {
        const before = earlier?.get(messageId)
        const target = { ref: id, objectId: messageId, name: subject, address: userPrincipalName, lane: userId }
        return { ...target, ...(before && { before }) }
      }),
    }
  },

  async open({ tenantId, investigationId }, records) {
    const hits = await records.investigations.hits(tenantId, investigationId!)
    const byId = new Map(hits.map((hit) => [hit.id, hit]))
    const inMailbox = Map.groupBy(hits, ({ userId }) => userId)
    const known = new Map(
      [...inMailbox].map(([mailbox, found]) => [mailbox, new Set(found.map(({ messageId }) => messageId))]),
    )
    return ({ ref, lane }) => ({ hit: byId.get(ref)!, known: known.get(lane)! })
  },

  whyRefused({ address }, target, { action: { title, events }, settings }) {
    const why = whyUnauthorized(address, settings)
    if (why !== undefined || events || !isEvent(target)) return why
    return `It is an event of a calendar, and “${title}” is for messages. Use delete-message for it.`
  },

  restored: (count) => `put back ${messagesOf(count)} in ${mailboxesOf(count)}`,
}

/** Whether the target is an event of a calendar, as an invitation puts it there. */
export function isEvent({ hit }: Pick<MessageTarget, 'hit'>): boolean {
  return hit.foundBy === 'meeting'
}

async function readInvestigation(request: TargetRequest): Promise<Investigation> {
  const { records, tenantId, action, investigationId } = request
  if (investigationId === undefined) {
    throw invalid(`${action.id} is on messages, and no investigation is named.`, 'Name the one that has found them.')
  }
  const investigation = await records.investigations.read(tenantId, investigationId)
  if (investigation) return investigation
  throw new AppError({
    code: 'INVESTIGATION_NOT_FOUND',
    what: NOT_PLANNED,
    why: `This tenant has no investigation ${investigationId}.`,
    fix: 'See the Investigations page, or run `npx cordon investigations list`.',
  })
}

/** How far the search went, unless Microsoft's records named the mailboxes: then it covers no more than it found. */
function coverageOf({ finding, mailboxesTotal }: Investigation) {
  return finding?.complete ? {} : { mailboxesCovered: mailboxesTotal }
}

function choose(hits: readonly MailHit[], ids: readonly string[] | undefined): readonly MailHit[] {
  const wanted = new Set(ids ?? hits.map(({ id }) => id))
  const chosen = hits.filter(({ id }) => wanted.delete(id))
  if (wanted.size > 0) {
    throw invalid(`The investigation has no hit ${[...wanted].join(', ')}.`, 'Choose among the hits that it lists.')
  }
  if (chosen.length === 0) throw invalid('No message is chosen.', 'Choose at least one hit of the investigation.')
  return chosen
}
