import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { mailAddresses } from '#normalize/steps/mail.ts'
import { parseTime } from '#normalize/steps/time.ts'
import { nameOf } from '#normalize/steps/user.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { AuditRecord } from './audit-record.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/**
 * Mail that a person reported to Microsoft. The user is the reporter; `email.*` is the message. Microsoft does not publish
 * the whole field set, so every field may be missing.
 */
export const mailSubmission: Subject = {
  name: 'mail-submission',
  recordTypes: [29],
  run(record, event) {
    const { audit, mentioned } = record
    setMeaning(event, { category: ['email'], type: ['info'] })
    setOutcome(record, event)
    const email = emailOf(audit)
    if (Object.keys(email).length > 0) event.email = email
    mentioned.messageIds.push(textOf(audit.InternetMessageId))
    mentioned.addresses.push(parseAddress(audit.SenderIP ?? audit.SenderIp)?.ip)
    mentioned.users.push(...[audit.P1Sender, audit.P2Sender].flatMap(mailAddresses), ...mailAddresses(audit.Recipients))
    tell(event, sentence(record))
  },
}

/** `From:` as the reader saw it is P2; the envelope's is P1. */
function emailOf(audit: JsonObject): JsonObject {
  const email: JsonObject = {}
  const from = mailAddresses(audit.P2Sender)
  const sender = mailAddresses(audit.P1Sender)
  const to = mailAddresses(audit.Recipients)
  const subject = textOf(audit.Subject)
  const messageId = textOf(audit.InternetMessageId)
  const localId = textOf(audit.NetworkMessageId)
  const sent = parseTime(audit.MessageDate)
  if (from.length > 0) email.from = { address: from }
  if (sender.length > 0) email.sender = { address: sender[0] }
  if (to.length > 0) email.to = { address: to }
  if (subject !== undefined) email.subject = subject
  if (messageId !== undefined) email.message_id = messageId
  if (localId !== undefined) email.local_id = localId
  if (sent !== undefined) email.origination_timestamp = sent
  return email
}

function sentence({ actor, audit }: AuditRecord): string {
  const subject = textOf(audit.Subject)
  const from = textOf(audit.P2Sender) ?? textOf(audit.P1Sender)
  const as = textOf(audit.SubmissionType)?.toLowerCase()
  const mail = `${subject === undefined ? 'a message' : quote(subject)}${from === undefined ? '' : ` from ${from}`}`
  return `${nameOf(actor) ?? 'Someone'} reported ${mail}${as === undefined ? '' : ` as ${as}`}`
}
