import { mimeOf } from '#world/mail/mime.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { mailboxOf, messageOf } from './mailbox-of.ts'

/** `GET …/$value`: the message as RFC 5322 text. */
export const getMime = (call: Call): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: mimeOf(messageOf(call, mailboxOf(call)).item),
})
