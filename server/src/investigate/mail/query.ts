import { odataString } from '#connect/apis/graph/odata.ts'
import type { MailFilter } from '#domain/investigation.ts'

/**
 * Ways to ask Microsoft for the candidates of a filter, as `$filter` values, cheapest first; the last one always works
 * (undefined lists everything). Each lets through at least every message that `matches` (filter.ts) accepts.
 *
 * `$search` is not used: it asks the content index, which is seconds to minutes late and stops at 1,000 results, and a
 * fresh phish is exactly what an investigation is after.
 * @see https://learn.microsoft.com/graph/api/user-list-messages
 */
export function candidateFilters(filter: MailFilter): (string | undefined)[] {
  const dates = dateTerms(filter)
  // A message ID names one message: further terms would not make the query cheaper, only harder to accept.
  const terms =
    filter.internetMessageId === undefined
      ? [...dates, ...senderTerms(filter), ...subjectTerms(filter)]
      : [`internetMessageId eq ${odataString(filter.internetMessageId)}`]
  const narrow = terms.join(' and ') || undefined
  const wide = dates.join(' and ') || undefined
  return narrow === wide ? [wide] : [narrow, wide]
}

/** In whole seconds, which is what Microsoft shows but not what it stores, so a second wider than asked. */
function dateTerms({ receivedFrom, receivedTo }: MailFilter): string[] {
  const from =
    receivedFrom === undefined ? [] : [`receivedDateTime ge ${seconds(Math.floor(Date.parse(receivedFrom) / 1000))}`]
  const to =
    receivedTo === undefined ? [] : [`receivedDateTime lt ${seconds(Math.floor(Date.parse(receivedTo) / 1000) + 1)}`]
  return [...from, ...to]
}

function seconds(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
}

/** Only a plain ASCII address: domains would need `endsWith`, which mail does not offer, and other scripts have two spellings. */
function senderTerms({ sender }: MailFilter): string[] {
  return sender?.includes('@') && /^[\x21-\x7e]+$/.test(sender)
    ? [`from/emailAddress/address eq ${odataString(sender.toLowerCase())}`]
    : []
}

/**
 * The longest ASCII piece of the subject: how Microsoft folds case and accents beyond ASCII is nowhere documented, and a
 * piece of what must be contained must be contained too.
 */
function subjectTerms({ subject }: MailFilter): string[] {
  const pieces = (subject?.normalize('NFC').match(/[\x20-\x7e]+/g) ?? []).map((piece) => piece.trim())
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '')
  return longest.length < 3 ? [] : [`contains(subject,${odataString(longest)})`]
}
