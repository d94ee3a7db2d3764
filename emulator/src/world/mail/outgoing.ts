import type { Surface } from '#world/surface.ts'

import type { MailAddress } from './item.ts'
import type { StoredItem } from './stored.ts'

/**
 * Mail that went to people outside and lies in nobody's Sent Items: forwarded by a rule or by the mailbox, redirected, or
 * sent without keeping a copy. Only the flow of mail still tells of it.
 */
export interface Outgoing {
  item: StoredItem
  recipients: readonly MailAddress[]
}

export const outgoing: Surface<Outgoing> = { name: 'mail.outgoing', everyday: () => [] }
