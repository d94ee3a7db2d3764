import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { count, quote } from '#normalize/sentence.ts'
import { accountName, accountOf } from '#normalize/steps/account.ts'
import { gather } from '#normalize/steps/gather.ts'
import { addMail, fileFields } from '#normalize/steps/mail.ts'
import { addUrl } from '#normalize/defender/findings.ts'
import { headerOf, originAddress, parseMailDate } from './headers.ts'

/**
 * Who reported which message. `user` is the reporter; `email`, `url` and `file` are the message that was reported, as far as
 * it could be taken out of the report. The report itself is below `o365.reported_mail.report`.
 */
export const describeReport: Step<ProductRecord> = {
  name: 'report',
  run({ fields: record, mentioned }, event) {
    const fields = gather()
    const report = isObject(record.report) ? record.report : {}
    const original = isObject(record.original) ? record.original : {}
    const [reporter] = peopleOf(report.from).map((person) =>
      accountOf({ upn: person.address, displayName: person.name }),
    )
    for (const [name, text] of Object.entries(reporter?.user ?? {})) fields.add(`user.${name}`, text)
    mentioned.users.push(...(reporter?.names ?? []))
    const attachments = objectsOf(original.attachments)
    addMail(fields, mentioned, {
      from: peopleOf(original.from).map(({ address }) => address),
      sender: headerOf(original.headers, 'return-path'),
      to: peopleOf(original.to).map(({ address }) => address),
      cc: peopleOf(original.cc).map(({ address }) => address),
      replyTo: headerOf(original.headers, 'reply-to'),
      subject: original.subject,
      internetMessageId: original.internetMessageId,
      networkMessageId: headerOf(original.headers, 'x-ms-exchange-organization-network-message-id'),
      sentAt: parseMailDate(original.date),
      senderIp: originAddress(original.headers),
    })
    fields.add('email.x_mailer', headerOf(original.headers, 'x-mailer'))
    for (const link of Array.isArray(original.links) ? (original.links as unknown[]) : []) addUrl({ fields }, link)
    for (const attachment of attachments) {
      const hash = textOf(attachment.sha256)?.toLowerCase()
      for (const [name, value] of Object.entries(fileFields(attachment.name))) fields.add(`file.${name}`, value)
      fields.add('file.hash.sha256', hash)
      mentioned.hashes.push(hash)
    }
    fields.add('event.action', 'reported')
    setMeaning(event, { category: ['email'], type: ['info'] })
    fields.write(event)
    if (attachments.length > 0) (event.email as JsonObject).attachments = attachments.map(toAttachment)
    event.message = sentence(record, original, reporter === undefined ? undefined : accountName(reporter))
  },
}

function peopleOf(value: unknown): { name?: unknown; address?: unknown }[] {
  return objectsOf(value)
}

/** ECS `email.attachments[]`. */
function toAttachment({ name, size, mediaType, sha256 }: JsonObject): JsonObject {
  const [type, hash] = [textOf(mediaType), textOf(sha256)?.toLowerCase()]
  return {
    file: {
      ...fileFields(name, size),
      ...(type !== undefined && { mime_type: type }),
      ...(hash !== undefined && { hash: { sha256: hash } }),
    },
  }
}

function sentence(record: JsonObject, original: JsonObject, reporter: string | undefined): string {
  const mailbox = textOf(record.mailbox)
  const where = mailbox === undefined ? '' : ` to ${mailbox}`
  if (record.original === null || Object.keys(original).length === 0) {
    return `${reporter ?? 'Someone'} reported mail${where}, but the report holds no message.`
  }
  const [subject, from] = [textOf(original.subject), textOf(peopleOf(original.from)[0]?.address)?.toLowerCase()]
  const links = Array.isArray(original.links) ? original.links.length : 0
  const carried = [count(links, 'link'), count(objectsOf(original.attachments).length, 'attachment')]
  return `${reporter ?? 'Someone'} reported ${subject === undefined ? 'a message without a subject' : quote(subject)}${
    from === undefined ? '' : ` from ${from}`
  }${where} (${carried.filter((part) => !part.startsWith('0 ')).join(', ') || 'no links, no attachments'}).`
}
