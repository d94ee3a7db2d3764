import { z } from 'zod'

import type { PairLocation, Sighting } from './pair.ts'
import { networkMessageId } from './values.ts'

/**
 * A delivery as message trace tells it.
 * @see https://learn.microsoft.com/graph/api/resources/exchangemessagetrace
 */
export const TraceRow = z.object({
  id: z.string(),
  messageId: z.string().nullish(),
  senderAddress: z.string().nullish(),
  recipientAddress: z.string().nullish(),
  receivedDateTime: z.string(),
  fromIP: z.string().nullish(),
  status: z.string().nullish(),
})
export type TraceRow = z.infer<typeof TraceRow>

/** When Exchange received the message, in milliseconds. */
export function timeOf({ receivedDateTime }: TraceRow): number {
  return Date.parse(receivedDateTime)
}

/**
 * The delivery, and for mail from within the sender's own copy: the trace names an address that it came from only for mail
 * from outside. An expanded distribution list has no copy; its members follow as deliveries of their own.
 */
export function sightingsOf(row: TraceRow): Sighting[] {
  const { id, messageId, recipientAddress, senderAddress, fromIP, status } = row
  const message = {
    networkMessageId: networkMessageId(id),
    ...(messageId && { internetMessageId: messageId }),
    at: timeOf(row),
  }
  const location = locationOf(status ?? '')
  return [
    ...(recipientAddress
      ? [{ ...message, recipient: recipientAddress.toLowerCase(), ...(location && { location }) }]
      : []),
    ...(senderAddress && !fromIP
      ? [{ ...message, recipient: senderAddress.toLowerCase(), location: 'sent' as const }]
      : []),
  ]
}

/** A status that is not in Microsoft's list has been seen; a copy is assumed, and looking for it shows. */
function locationOf(status: string): PairLocation | undefined {
  switch (status) {
    case 'expanded':
    case 'failed':
      return undefined
    case 'quarantined':
      return 'quarantine'
    case 'filteredAsSpam':
      return 'junk'
    case 'pending':
    case 'gettingStatus':
      return 'pending'
    default:
      return 'mailbox'
  }
}
