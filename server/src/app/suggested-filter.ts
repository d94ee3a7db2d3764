import { type EcsEvent, fieldAt } from '#domain/event.ts'
import type { MailCondition, MailFilter, MailGroup } from '#domain/mail-filter.ts'
import { objectsOf, textOf } from '#normalize/json.ts'

import { mailOf, textAt } from './reported-mail.ts'

/** Exchange takes no more alternatives in one query. */
const MOST_PARTS = 20

/**
 * What a hunt for the mails of an alert would look for: any of what its evidence shows to be bad, and nothing that good
 * mail shares, such as an extension, a file's name, or a sender that was merely forged. Undefined when it names no mail.
 */
export function suggestFilter(events: readonly EcsEvent[]): MailFilter | undefined {
  const parts = new Map(
    events
      .flatMap((event) => [...messageParts(event), ...harmfulParts(event)])
      .map((part) => [JSON.stringify(part), part]),
  )
  const conditions = [...parts.values()].slice(0, MOST_PARTS)
  const [only, ...more] = conditions
  if (only === undefined) return undefined
  if (more.length > 0) return { where: { logic: 'or', conditions } }
  return { where: 'conditions' in only ? only : { logic: 'and', conditions } }
}

type Part = MailCondition | MailGroup

/**
 * The message itself: its ID finds every copy, and anything further would miss one whose subject a gateway marked. Without
 * it sender and subject together, since either alone is on good mail too.
 */
function messageParts(event: EcsEvent): Part[] {
  const { sender, subject, internetMessageId } = mailOf(event)
  const named = internetMessageId ?? textAt(event, 'o365.audit.InternetMessageId')
  if (named !== undefined) return [{ field: 'internet-message-id', value: named }]
  if (sender === undefined) return []
  const from: MailCondition = { field: 'from', value: sender }
  return subject === undefined ? [from] : [{ logic: 'and', conditions: [from, { field: 'subject', value: subject }] }]
}

/** What Defender for Office 365 called harmful: files by their hash, links by their address. */
function harmfulParts(event: EcsEvent): Part[] {
  const hashes = objectsOf(fieldAt(event, 'o365.audit.AttachmentData'))
    .filter(({ FileVerdict: verdict }) => Number(verdict) === BAD)
    .flatMap(({ SHA256: hash }) => textOf(hash) ?? [])
  const url = BLOCKED.has(Number(fieldAt(event, 'o365.audit.URLClickAction')))
    ? textAt(event, 'o365.audit.Url')
    : undefined
  return [
    ...hashes.map((value) => ({ field: 'attachment-hash', value }) as const),
    ...(url === undefined ? [] : [{ field: 'url', value: url } as const]),
  ]
}

/** `FileVerdict` of record type 28: 0 good, 1 bad, below 0 not known. */
const BAD = 1

/**
 * `URLClickAction` of record type 41: shown a block page, and gone past it; the others are waits for a verdict.
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
 */
const BLOCKED: ReadonlySet<number> = new Set([2, 4])
