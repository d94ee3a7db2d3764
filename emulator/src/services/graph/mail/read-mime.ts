import PostalMime from 'postal-mime'
import { GraphError } from '#services/graph/errors.ts'
import { attachedMessage } from '#world/mail/files.ts'
import { ordinary } from '#world/mail/item.ts'
import { textFrom } from '#world/mail/html.ts'
import type { Address, Email } from 'postal-mime'
import type { Attachment, Header, Item, MailAddress } from '#world/mail/item.ts'

import type { Draft } from './read-message.ts'

/** Headers that the message's own properties stand for. */
const OWN =
  /^(from|sender|to|cc|bcc|reply-to|subject|date|message-id|mime-version|content-.*|importance|thread-topic)$/i

/** A message out of base64 of its MIME form, as `POST /messages` takes it with `Content-Type: text/plain`. @throws GraphError. */
export async function readMime(body: Buffer): Promise<Draft> {
  const base64 = body.toString('latin1').replaceAll(/\s+/g, '')
  if (base64 === '' || base64.length % 4 === 1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    throw new GraphError(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.')
  try {
    return await parse(Buffer.from(base64, 'base64'))
  } catch {
    throw new GraphError(400, 'ErrorMimeContentInvalid', 'The MIME content is not valid.')
  }
}

const parse = async (mime: Buffer) =>
  draftOf(await PostalMime.parse(mime, { forceRfc822Attachments: true, maxNestingDepth: 100 }))

async function draftOf(mail: Email): Promise<Draft> {
  const [from] = addresses(mail.from ? [mail.from] : [])
  const html = mail.html
  return {
    ...ordinary,
    from: from ?? { name: '', address: '' },
    to: addresses(mail.to ?? []),
    cc: addresses(mail.cc ?? []),
    ...(mail.bcc ? { bcc: addresses(mail.bcc) } : {}),
    ...(mail.replyTo ? { replyTo: addresses(mail.replyTo) } : {}),
    ...(mail.messageId ? { internetMessageId: mail.messageId } : {}),
    subject: mail.subject ?? '',
    text: (mail.text ?? (html ? textFrom(html) : '')).replace(/\n$/, ''),
    ...(html ? { html } : { isPlain: true }),
    isDraft: true,
    headers: mail.headers
      .filter(({ key }) => !OWN.test(key))
      .map(({ originalKey, value }): Header => [originalKey, value]),
    importance: importanceOf(mail),
    attachments: await Promise.all(mail.attachments.map(attachmentOf)),
  }
}

function importanceOf({ headers }: Email): Draft['importance'] {
  const given = headers.find(({ key }) => key === 'importance')?.value.toLowerCase()
  return given === 'high' || given === 'low' ? given : 'normal'
}

const addresses = (list: readonly Address[]): MailAddress[] =>
  list
    .flatMap((each) => each.group ?? [each])
    .map(({ name, address }) => ({ name: name || (address ?? ''), address: address ?? '' }))

async function attachmentOf(file: Email['attachments'][number]): Promise<Attachment> {
  const { filename, mimeType, content, contentId, disposition } = file
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer)
  if (mimeType === 'message/rfc822') return attachedMessage(withoutPlace(await parse(bytes)))
  const id = contentId?.replaceAll(/^<|>$/g, '')
  return {
    name: filename ?? 'attachment',
    contentType: mimeType,
    content: bytes,
    ...(disposition === 'inline' && id ? { isInline: true } : {}),
    ...(id ? { contentId: id } : {}),
  }
}

/** A message within another: it lies nowhere. */
const withoutPlace = (draft: Draft): Item => ({
  ...draft,
  internetMessageId: draft.internetMessageId ?? '',
  networkMessageId: '',
  conversation: '',
  receivedAt: 0,
  key: '',
  folder: '',
  isDraft: false,
})
