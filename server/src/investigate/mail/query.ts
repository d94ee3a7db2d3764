import { odataString } from '#connect/apis/graph/odata.ts'
import { isGroup, type MailCondition, type MailFilter, type MailGroup } from '#domain/mail-filter.ts'

import { compileCondition } from './conditions.ts'
import { plainPiece } from './plain-piece.ts'

/** How the terms of a query are written where it is asked. What cannot be asked safely is left out. */
export interface QueryLanguage {
  and(terms: readonly string[]): string
  /** Two or more terms that all hold, as one of several alternatives. */
  within(terms: readonly string[]): string
  or(alternatives: readonly string[]): string
  messageId(id: string): string
  /** `address`: ASCII, in lower case. */
  from?(address: string): string
  /** `piece`: ASCII. */
  subject(piece: string): string
  /** ISO 8601 in whole seconds, UTC. */
  receivedFrom(time: string): string
  receivedBefore(time: string): string
}

/** Graph's `$filter`. */
const ODATA: QueryLanguage = {
  and: (terms) => terms.join(' and '),
  within: (terms) => `(${terms.join(' and ')})`,
  or: (alternatives) => `(${alternatives.join(' or ')})`,
  messageId: (id) => `internetMessageId eq ${odataString(id)}`,
  from: (address) => `from/emailAddress/address eq ${odataString(address)}`,
  subject: (piece) => `contains(subject,${odataString(piece)})`,
  receivedFrom: (time) => `receivedDateTime ge ${time}`,
  receivedBefore: (time) => `receivedDateTime lt ${time}`,
}

/**
 * Ways to ask for the candidates of a filter, by default as `$filter` values, cheapest first; the last one always works
 * (undefined lists everything). Each lets through at least every message that `evaluate` (evaluate.ts) calls a hit.
 *
 * Only sender, subject and message ID narrow: Graph refuses to filter on recipients (`toRecipients/any`) and knows no
 * filter on bodies, headers and attachments. `$search` is not used: it asks the content index, which is seconds to minutes
 * late and stops at 1,000 results, and a fresh phish is exactly what an investigation is after.
 *
 * @param messageIds what Microsoft's records say of the network message IDs in the filter: Graph cannot be asked for those,
 *   but for the message IDs of the same messages.
 * @see https://learn.microsoft.com/graph/api/user-list-messages
 */
export function candidateFilters(
  filter: MailFilter,
  messageIds: MessageIds = {},
  language: QueryLanguage = ODATA,
): (string | undefined)[] {
  const dates = dateTerms(language, filter)
  const where = named(filter.where, messageIds)
  const id = where.logic === 'and' ? where.conditions.find(isMessageId) : undefined
  // A message ID names one message: further terms would not make the query cheaper, only harder to accept.
  const terms = id ? [conditionTerm(language, id)!] : [...dates, ...andTerms(language, where)]
  const narrow = terms.length > 0 ? language.and(terms) : undefined
  const wide = dates.length > 0 ? language.and(dates) : undefined
  return narrow === wide ? [wide] : [narrow, wide]
}

/** By network message ID, in lower case. */
export type MessageIds = Readonly<Record<string, readonly string[]>>

/** The same messages by message ID, where it is known. */
function named(group: MailGroup, messageIds: MessageIds): MailGroup {
  const conditions = group.conditions.map((each): MailCondition | MailGroup => {
    if (isGroup(each)) return named(each, messageIds)
    const ids = each.field === 'network-message-id' && !each.not ? messageIds[each.value.toLowerCase()] : undefined
    if (!ids) return each
    return { logic: 'or', conditions: ids.map((value) => ({ field: 'internet-message-id', value })) }
  })
  return { ...group, conditions }
}

/** Exchange refuses, or takes very long over, a filter of many alternatives. */
const MOST_ALTERNATIVES = 20

function isMessageId(each: MailCondition | MailGroup): each is MailCondition {
  return !isGroup(each) && each.field === 'internet-message-id' && !each.not
}

/** Terms that must all hold. What cannot be asked is left out, which lets more through. */
function andTerms(language: QueryLanguage, group: MailGroup): string[] {
  if (group.logic === 'and' || group.conditions.length === 1) {
    return group.conditions.flatMap((each) =>
      isGroup(each) ? andTerms(language, each) : (conditionTerm(language, each) ?? []),
    )
  }
  const term = orTerm(language, group)
  return term === undefined ? [] : [term]
}

/** Alternatives narrow only when every one of them can be asked: what is left out would be lost. */
function orTerm(language: QueryLanguage, { conditions }: MailGroup): string | undefined {
  const terms = conditions.map((each) => {
    if (!isGroup(each)) return conditionTerm(language, each)
    const inner = andTerms(language, each)
    return inner.length > 1 ? language.within(inner) : inner[0]
  })
  const known = terms.filter((term) => term !== undefined)
  if (terms.length > MOST_ALTERNATIVES || known.length < terms.length) return undefined
  return language.or([...new Set(known)])
}

/** Never for what must not hold: Microsoft would leave out messages that lack the property altogether. */
function conditionTerm(language: QueryLanguage, condition: MailCondition): string | undefined {
  if (condition.not) return undefined
  const { value } = compileCondition(condition)
  switch (condition.field) {
    case 'internet-message-id':
      return language.messageId(value)
    case 'from':
      return fromTerm(language, value)
    case 'subject':
      return subjectTerm(language, value)
    default:
      return undefined
  }
}

/** In whole seconds, which is what Microsoft shows but not what it stores, so a second wider than asked. */
function dateTerms(language: QueryLanguage, { receivedFrom, receivedTo }: MailFilter): string[] {
  const from =
    receivedFrom === undefined ? [] : [language.receivedFrom(seconds(Math.floor(Date.parse(receivedFrom) / 1000)))]
  const to =
    receivedTo === undefined ? [] : [language.receivedBefore(seconds(Math.floor(Date.parse(receivedTo) / 1000) + 1))]
  return [...from, ...to]
}

function seconds(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
}

/** Only a plain ASCII address: domains would need `endsWith`, which mail does not offer, and other scripts have two spellings. */
function fromTerm(language: QueryLanguage, address: string): string | undefined {
  return address.includes('@') && /^[\x21-\x7e]+$/.test(address) && !/@.*xn--/i.test(address)
    ? language.from?.(address.toLowerCase())
    : undefined
}

function subjectTerm(language: QueryLanguage, subject: string): string | undefined {
  const piece = plainPiece(subject)
  return piece === undefined ? undefined : language.subject(piece)
}
