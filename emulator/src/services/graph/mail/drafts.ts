import { GraphError } from '#services/graph/errors.ts'
import { addressOf } from '#world/mail/addresses.ts'
import { escapeHtml, htmlOf, htmlPage } from '#world/mail/html.ts'
import { freshItem, send } from '#world/mail/delivery.ts'
import { list, object, text } from '#services/graph/read-value.ts'
import { readJson } from '#services/graph/json.ts'
import { rfcDate, sentAt } from '#world/mail/mime.ts'
import { store } from '#world/mail/stored.ts'
import type { Call } from '#services/graph/route.ts'
import type { Header, Item, MailAddress } from '#world/mail/item.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { Reply } from '#http/exchange.ts'

import { auditItem } from './audit.ts'
import { contextOf, folderOf, mailboxOf, messageOf } from './mailbox-of.ts'
import { preferenceApplied, shapeMessage } from './shape.ts'
import { readDraft, readParts, readRecipients } from './read-message.ts'
import { readMime } from './read-mime.ts'
import type { Draft } from './read-message.ts'

/** New messages: drafts, replies and forwards, and sending. */

/** `POST …/messages`: 201 and the draft. JSON, or base64 of MIME with `Content-Type: text/plain`. */
export async function createMessage(call: Call): Promise<Reply> {
  const mailbox = mailboxOf(call)
  const above = call.params['folder']
  const folder = above === undefined ? 'drafts' : folderOf(mailbox, above).key
  const draft = isMime(call) ? await readMime(call.request.body) : readDraft(readJson(call.request))
  return created(call, mailbox, place(call, mailbox, itemOf(call, mailbox, draft), folder))
}

/** `POST …/copy`: 201 and the copy, with ids of its own. */
export function copyMessage(call: Call): Reply {
  const { destinationId } = readJson(call.request)
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const folder = destinationOf(mailbox, destinationId)
  return created(call, mailbox, place(call, mailbox, asItLies(message), folder))
}

/** The item with the marks that it carries now. */
export const asItLies = ({ item, isRead, categories, importance }: Message): Item => ({
  ...item,
  isRead,
  categories,
  importance,
})

/** Key of the folder that a move or copy names. @throws GraphError ErrorInvalidRequest, ErrorFolderNotFound. */
export function destinationOf(mailbox: Mailbox, destinationId: unknown): string {
  if (typeof destinationId !== 'string' || destinationId === '')
    throw new GraphError(400, 'ErrorInvalidRequest', 'The value of the parameter DestinationId is empty.')
  const folder = mailbox.folder(destinationId)
  if (!folder || folder.search)
    throw new GraphError(404, 'ErrorFolderNotFound', 'The specified folder could not be found in the store.')
  return folder.key
}

type Answer = 'reply' | 'replyAll' | 'forward'

/** `POST …/createReply` and the like: 201 and a draft. */
export const createAnswer =
  (kind: Answer) =>
  (call: Call): Reply => {
    const mailbox = mailboxOf(call)
    return created(call, mailbox, place(call, mailbox, answerTo(call, mailbox, kind), 'drafts'))
  }

/** `POST …/reply` and the like: 202, sent at once. */
export const sendAnswer =
  (kind: Answer) =>
  (call: Call): Reply => {
    const mailbox = mailboxOf(call)
    dispatch(call, mailbox, answerTo(call, mailbox, kind), true)
    return { status: 202 }
  }

/** `POST …/send`: 202; the draft is gone, and a sent copy lies in Sent Items. */
export function sendDraft(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  if (!message.item.isDraft)
    throw new GraphError(400, 'ErrorInvalidOperation', 'The message has been sent or received already.')
  const { isDraft: _, ...item } = asItLies(message)
  dispatch(call, mailbox, { ...item, isDraft: false, ...sentNow(call) }, true, () =>
    call.tenant.change({
      type: 'message.removed',
      mailbox: mailbox.person.id,
      item: message.item.key,
      appId: call.appId,
    }),
  )
  return { status: 202 }
}

/** `POST /sendMail`: 202. JSON, or base64 of MIME. */
export async function sendMail(call: Call): Promise<Reply> {
  const mailbox = mailboxOf(call)
  if (isMime(call)) {
    dispatch(call, mailbox, itemOf(call, mailbox, await readMime(call.request.body)), true)
    return { status: 202 }
  }
  const body = lowered(readJson(call.request))
  const { message, savetosentitems = true } = body
  if (typeof message !== 'object' || message === null || typeof savetosentitems !== 'boolean')
    throw new GraphError(400, 'ErrorInvalidParameter', 'The message of the request is missing or not valid.')
  dispatch(call, mailbox, itemOf(call, mailbox, readDraft(object(message, 'message'))), savetosentitems)
  return { status: 202 }
}

const isMime = ({ request }: Call) => /^text\/plain\b/i.test(request.headers['content-type'] ?? '')

/** Parameters of actions are named in any case. */
const lowered = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]))

const sentNow = (call: Call) => ({ receivedAt: Math.floor(call.tenant.now / 1000) * 1000 })

/** Sends; `before` runs once nothing can go wrong any more. */
function dispatch(call: Call, mailbox: Mailbox, item: Item, saved: boolean, before?: () => void): void {
  const { person } = mailbox
  if (item.to.length + item.cc.length + (item.bcc ?? []).length === 0)
    throw new GraphError(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.')
  const wrong = [...item.to, ...item.cc, ...(item.bcc ?? [])].find(
    ({ address }) => !/^[^@\s<>]+@[^@\s<>]+$/.test(address),
  )
  if (wrong) throw new GraphError(400, 'ErrorInvalidRecipients', `The recipient '${wrong.address}' is not valid.`)
  const self = addressOf(person)
  const claimed = item.from.address.toLowerCase()
  if (claimed !== '' && claimed !== self.address)
    throw new GraphError(
      403,
      'ErrorSendAsDenied',
      'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.',
    )
  before?.()
  const sent: Item = { ...item, from: self, isDraft: false, key: '', folder: '' }
  send(call.tenant, call.appId, sent, saved ? person : undefined)
  auditItem(call, mailbox, { item: sent, folder: 'sentitems' }, 'Send')
}

function itemOf(call: Call, mailbox: Mailbox, draft: Draft): Item {
  const fresh = freshItem(call.tenant, mailbox.person)
  const { internetMessageId = fresh.internetMessageId, ...own } = draft
  const from = own.from.address === '' ? fresh.from : own.from
  return { ...fresh, ...own, from, internetMessageId: internetMessageId || fresh.internetMessageId, ...delivered(own) }
}

/** PR_MESSAGE_FLAGS, given when a message is made, can say that it is no draft. */
function delivered({ extended = {} }: Draft): Pick<Item, 'isDraft'> {
  const flags = Object.entries(extended).find(([id]) => /^integer\s+0x0*e07$/i.test(id))?.[1]
  return { isDraft: flags === undefined || (Number(flags) & 8) !== 0 }
}

/** Puts a new item into the mailbox. */
function place(call: Call, mailbox: Mailbox, item: Item, folder: string): Message {
  const { tenant, appId } = call
  const { id } = mailbox.person
  const key = `made.${tenant.newId(`item ${mailbox.person.index}`)}`
  tenant.change({ type: 'mail.placed', item: store(item), copies: [{ mailbox: id, key, folder }], appId })
  const message = mailbox.message(key)!
  auditItem(call, mailbox, message, 'Create')
  return message
}

const created = (call: Call, mailbox: Mailbox, message: Message): Reply => ({
  status: 201,
  headers: preferenceApplied(call),
  body: {
    '@odata.context': contextOf(call, 'messages/$entity'),
    ...shapeMessage(call, mailbox, message, undefined),
  },
})

/** A reply or forward: to whom, what is quoted, and what the request adds. @throws GraphError. */
function answerTo(call: Call, mailbox: Mailbox, kind: Answer): Item {
  const { item } = messageOf(call, mailbox)
  const body = lowered(call.request.body.length > 0 ? readJson(call.request) : {})
  const { comment, message, torecipients } = body
  const { content = {} } = message === undefined || message === null ? {} : readParts(object(message, 'message'))
  if (comment !== undefined && comment !== null && content.text !== undefined)
    throw new GraphError(
      400,
      'ErrorInvalidRequest',
      'Either a comment or the body of the message can be given, not both.',
    )
  const given =
    torecipients === undefined ? undefined : readRecipients(list(torecipients, 'toRecipients'), 'toRecipients')
  const said = comment === undefined || comment === null ? '' : text(comment, 'comment')
  const [bare] = /^(?:(?:re|fw|fwd)\s*:\s*)*/i.exec(item.subject)!
  const quoted = quote(item, said)
  return {
    ...freshItem(call.tenant, mailbox.person),
    conversation: item.conversation,
    subject: `${kind === 'forward' ? 'FW' : 'RE'}: ${item.subject.slice(bare.length)}`,
    headers: referencesTo(item),
    ...recipientsOf(mailbox, item, kind),
    attachments: kind === 'forward' ? item.attachments : item.attachments.filter(({ isInline }) => isInline),
    ...(content.text === undefined ? quoted : quote(item, '', content)),
    ...omitBody(content),
    ...(given ? { to: given } : {}),
    isDraft: true,
  }
}

const omitBody = ({ text: _text, html: _html, isPlain: _isPlain, ...rest }: Partial<Item>) => rest

function recipientsOf({ person }: Mailbox, item: Item, kind: Answer): { to: MailAddress[]; cc: MailAddress[] } {
  if (kind === 'forward') return { to: [], cc: [] }
  const others = (all: readonly MailAddress[]) =>
    all.filter(({ address }) => address.toLowerCase() !== person.userPrincipalName)
  const back = item.replyTo?.length ? [...item.replyTo] : [item.from]
  if (kind === 'reply') return { to: back, cc: [] }
  return { to: [...back, ...others(item.to)], cc: others(item.cc) }
}

function referencesTo({ internetMessageId, headers = [] }: Item): Header[] {
  const earlier = headers.find(([name]) => /^references$/i.test(name))?.[1]
  return [
    ['In-Reply-To', internetMessageId],
    ['References', [earlier, internetMessageId].filter(Boolean).join(' ')],
  ]
}

/** What was said, above the message it is about. */
function quote(item: Item, said: string, own: Partial<Item> = {}): Pick<Item, 'text'> & Partial<Item> {
  const facts = [
    ['From', `${item.from.name} <${item.from.address}>`],
    ['Sent', rfcDate(sentAt(item))],
    ['To', item.to.map(({ name }) => name).join('; ')],
    ['Subject', item.subject],
  ] as const
  const above = own.text ?? said
  const [, inner = htmlOf(item)] = /<body[^>]*>(.*)<\/body>/is.exec(htmlOf(item)) ?? []
  const lead = own.html ?? escapeHtml(above).replaceAll('\n', '<br>')
  return {
    text: `${above}\n\n________________________________\n${facts.map((fact) => fact.join(': ')).join('\n')}\n\n${item.text}`,
    html: htmlPage(
      `${lead}<hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">${facts.map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value)}`).join('<br>')}</div>${inner}`,
    ),
  }
}
