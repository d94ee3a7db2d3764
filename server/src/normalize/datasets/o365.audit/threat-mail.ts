import type { EcsEvent } from '#domain/event.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { gather } from '#normalize/steps/gather.ts'
import { addMail } from '#normalize/steps/mail.ts'
import { parseUser } from '#normalize/steps/user.ts'
import type { AuditRecord } from './audit-record.ts'
import type { Subject } from './subject.ts'

/**
 * Mail in which Defender for Office 365 found something, and campaigns of it. The record's user is Microsoft's own program: the
 * people are the sender and the recipients. A detection neither succeeds nor fails: it has no outcome.
 */
export const threatMail: Subject = {
  name: 'threat-mail',
  recordTypes: [28, 34, 62, 381],
  run(record, event) {
    const { audit, mentioned } = record
    setMeaning(event, {
      category: ['email', verdictOf(audit) === 'malware' ? 'malware' : 'intrusion_detection'],
      type: ['info'],
    })
    event.event.kind = 'alert'
    const fields = gather()
    addMail(fields, mentioned, {
      from: audit.P2Sender ?? audit.From,
      sender: audit.P1Sender,
      to: audit.Recipients,
      subject: audit.Subject,
      internetMessageId: audit.InternetMessageId,
      networkMessageId: audit.NetworkMessageId,
      direction: audit.Directionality,
      receivedAt: audit.MessageTime,
      senderIp: audit.SenderIp ?? audit.SenderIP,
    })
    fields.add('event.url', textOf(audit.EventDeepLink))
    fields.write(event)
    mentioned.messageIds.push(textOf(audit.InternetMessageId))
    setAttachments(record, event)
    const [recipient] = Array.isArray(audit.Recipients) ? audit.Recipients : [audit.Recipients]
    record.target = parseUser(recipient)
    if (record.target !== undefined) event.user = { ...record.actor, target: record.target }
    event.message = sentence(audit)
  },
}

/** Microsoft's word: `Phish`, `Malware`, `Spam`, or several in older records. */
function verdictOf({ Verdict, DetectionType }: JsonObject): string | undefined {
  return (textOf(Verdict) ?? textOf(DetectionType))?.toLowerCase()
}

function setAttachments({ audit, mentioned }: AuditRecord, event: EcsEvent): void {
  const attachments = objectsOf(audit.AttachmentData).flatMap(({ FileName, FileType, SHA256 }) => {
    const name = textOf(FileName)
    const extension = textOf(FileType)?.replace(/^\./, '').toLowerCase()
    const sha256 = textOf(SHA256)?.toLowerCase()
    mentioned.hashes.push(sha256)
    if (name === undefined && sha256 === undefined) return []
    return {
      file: {
        ...(name !== undefined && { name }),
        ...(extension !== undefined && { extension }),
        ...(sha256 !== undefined && { hash: { sha256 } }),
      },
    }
  })
  if (attachments.length > 0) event.email = { ...(event.email as JsonObject | undefined), attachments }
}

function sentence(audit: JsonObject): string {
  const subject = textOf(audit.Subject)
  const from = textOf(audit.P2Sender) ?? textOf(audit.P1Sender)
  const to = [audit.Recipients].flat().flatMap((address) => textOf(address) ?? [])
  const verdict = verdictOf(audit)
  const action = textOf(audit.DeliveryAction)?.toLowerCase()
  const mail = `mail${subject === undefined ? '' : ` ${quote(subject)}`}${from === undefined ? '' : ` from ${from}`}`
  const recipients =
    to.length === 0 ? '' : ` to ${to.slice(0, 3).join(', ')}${to.length > 3 ? ` and ${to.length - 3} more` : ''}`
  return `Defender found ${verdict ?? 'a threat'} in ${mail}${recipients}${action === undefined ? '' : ` (${action})`}.`
}
