import MailComposer from 'nodemailer/lib/mail-composer'

import { random } from '#world/random.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { headersOf, htmlOf, sentAt } from './shape.ts'
import { mailboxOf, messageOf } from './mailbox-of.ts'

/** `GET …/$value`: the message as a stream of RFC 5322 text. */
export async function getMime(call: Call): Promise<Reply> {
  const message = messageOf(call, mailboxOf(call))
  const { item } = message
  const extra = headersOf(message).filter(([name]) => /^(X-|Received|Authentication-Results|Return-Path)/.test(name))
  const boundary = random('boundary', item.networkMessageId).hex(16)
  const composed = new MailComposer({
    from: item.from,
    to: [...item.to],
    cc: [...item.cc],
    subject: item.subject,
    messageId: item.internetMessageId,
    date: new Date(sentAt(message)),
    text: item.text,
    html: htmlOf(item.text),
    baseBoundary: boundary,
    headers: extra.map(([key, value]) => ({
      key,
      value,
    })),
    attachments: item.attachments.map(({ name, contentType, content }) => ({
      filename: name,
      contentType,
      content,
    })),
  })
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: await composed.compile().build() }
}
