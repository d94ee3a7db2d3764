import { z } from 'zod'

import type { MailHit } from '#domain/investigation.ts'

/** What must be known of a hit to follow it. */
export type FollowedHit = Pick<
  MailHit,
  | 'id'
  | 'userId'
  | 'userPrincipalName'
  | 'messageId'
  | 'internetMessageId'
  | 'subject'
  | 'sender'
  | 'receivedAt'
  | 'isRead'
>

/** A mail that a user sent in answer to a hit. */
export interface SentCopy {
  /** Immutable Graph id, in the mailbox of the sender. */
  messageId: string
  folderId: string
  internetMessageId: string
  subject: string
  sentAt: string
  /** Lower case, without the author of the hit. */
  recipients: string[]
  /** To the author of the hit. */
  isReply: boolean
  /** To people who had not got the hit with this copy. */
  isForward: boolean
}

const Recipients = z
  .array(z.object({ emailAddress: z.object({ address: z.string().nullish() }).nullish() }))
  .nullish()
  .transform((list) => (list ?? []).flatMap(({ emailAddress }) => emailAddress?.address?.toLowerCase() ?? []))
const Extended = z.array(z.object({ id: z.string(), value: z.string() })).nullish()

/** A hit as its mailbox has it. */
export const Mail = z.object({
  '@odata.type': z.string().nullish(),
  conversationId: z.string(),
  isRead: z.boolean().nullish(),
  toRecipients: Recipients,
  ccRecipients: Recipients,
  replyTo: Recipients,
  singleValueExtendedProperties: Extended,
})
export type Mail = z.infer<typeof Mail>

/** A mail in Sent Items. */
export const Sent = z.object({
  id: z.string(),
  parentFolderId: z.string(),
  internetMessageId: z.string().nullish(),
  subject: z.string().nullish(),
  sentDateTime: z.string().nullish(),
  toRecipients: Recipients,
  ccRecipients: Recipients,
  bccRecipients: Recipients,
  internetMessageHeaders: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  singleValueExtendedProperties: Extended,
})
type Sent = z.infer<typeof Sent>

/** Those of the sent mails that answer the hit. */
export function responsesTo(hit: FollowedHit, mail: Mail, sent: readonly Sent[]): SentCopy[] {
  const authors = new Set([hit.sender.toLowerCase(), ...mail.replyTo])
  const audience = new Set([hit.userPrincipalName.toLowerCase(), ...mail.toRecipients, ...mail.ccRecipients])
  return sent
    .filter((one) => answers(one, hit))
    .map((one) => {
      const everybody = [...new Set([...one.toRecipients, ...one.ccRecipients, ...one.bccRecipients])]
      const recipients = everybody.filter((address) => !authors.has(address))
      return {
        messageId: one.id,
        folderId: one.parentFolderId,
        internetMessageId: one.internetMessageId ?? '',
        subject: one.subject ?? '',
        sentAt: one.sentDateTime ?? '',
        recipients,
        isReply: recipients.length < everybody.length,
        isForward: recipients.some((address) => !audience.has(address)),
      }
    })
}

/** Whether it names the hit; where Exchange kept no such header, whether it was sent after the hit came. */
function answers(sent: Sent, hit: FollowedHit): boolean {
  const headers = (sent.internetMessageHeaders ?? []).filter(({ name }) => /^(in-reply-to|references)$/i.test(name))
  const named = [...headers, ...(sent.singleValueExtendedProperties ?? [])].map(({ value }) => value).join(' ')
  if (named.trim() !== '') return named.includes(hit.internetMessageId)
  return (
    sent.internetMessageId !== hit.internetMessageId &&
    Date.parse(sent.sentDateTime ?? '') >= Date.parse(hit.receivedAt)
  )
}
