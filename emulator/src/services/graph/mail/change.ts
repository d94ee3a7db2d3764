import { GraphError, badRequest } from '#services/graph/errors.ts'
import { isRecoverable } from '#world/mail/folders.ts'
import { operationOf } from '#world/mail/mailbox.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox, Message } from '#world/mail/mailbox.ts'
import type { MailOperation, MessageUpdate } from '#world/changes.ts'
import type { Reply } from '#http/exchange.ts'

import { preferenceApplied, shapeMessage } from './shape.ts'
import { mailboxOf, messageOf } from './mailbox-of.ts'

/** What can be done to a message. Every change is on the disk before it is answered. */

/** `POST …/move`: 201 and the message, with a new id. */
export function moveMessage(call: Call): Reply {
  const { destinationId } = readJson(call.request)
  if (typeof destinationId !== 'string' || destinationId === '')
    throw new GraphError(400, 'ErrorInvalidRequest', 'The value of the parameter DestinationId is empty.')
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const folder = mailbox.folder(destinationId)
  if (!folder) throw new GraphError(404, 'ErrorFolderNotFound', 'The specified folder could not be found in the store.')
  move(call, mailbox, message, folder.key, operationOf(folder.key))
  return { status: 201, headers: preferenceApplied(call), body: entity(call, mailbox, message) }
}

/** `POST …/permanentDelete`: 204, the item goes to Recoverable Items\Purges. */
export function purgeMessage(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  if (message.folder === 'recoverableitemspurges') throw cannotDelete()
  move(call, mailbox, message, 'recoverableitemspurges', 'HardDelete')
  return { status: 204 }
}

/** `DELETE`: 204, the item goes to Recoverable Items\Deletions. */
export function deleteMessage(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  if (isRecoverable(message.folder)) throw cannotDelete()
  move(call, mailbox, message, 'recoverableitemsdeletions', 'SoftDelete')
  return { status: 204 }
}

/** `PATCH`: 200 and the message. */
export function updateMessage(call: Call): Reply {
  const set = readUpdate(readJson(call.request))
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const { id: userId } = mailbox.person
  call.tenant.change({ type: 'message.updated', mailbox: userId, item: message.item.key, set, appId: call.appId })
  return { status: 200, headers: preferenceApplied(call), body: entity(call, mailbox, message) }
}

function move(call: Call, mailbox: Mailbox, message: Message, to: string, operation: MailOperation): void {
  const { id: userId } = mailbox.person
  call.tenant.change({
    type: 'message.moved',
    mailbox: userId,
    item: message.item.key,
    to,
    operation,
    appId: call.appId,
  })
}

/** The message as it is after the change. */
function entity(call: Call, mailbox: Mailbox, message: Message) {
  const now = mailbox.find(message.immutableId)!
  const context = `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/messages/$entity`
  return { '@odata.context': context, ...shapeMessage(call, mailbox, now, undefined) }
}

const cannotDelete = () => new GraphError(400, 'ErrorCannotDeleteObject', 'Object cannot be deleted.')

const IMPORTANCE = ['low', 'normal', 'high'] as const
const FLAGS = ['notFlagged', 'flagged', 'complete'] as const

/** The properties that may be changed on mail that has been delivered. */
function readUpdate(body: Record<string, unknown>): MessageUpdate {
  const set: MessageUpdate = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@')) continue
    if (name === 'isRead' && typeof value === 'boolean') set.isRead = value
    else if (name === 'categories' && Array.isArray(value) && value.every((v) => typeof v === 'string'))
      set.categories = value
    else if (name === 'importance') set.importance = oneOf(IMPORTANCE, value, name)
    else if (name === 'flag')
      set.flag = { flagStatus: oneOf(FLAGS, (value as { flagStatus?: unknown } | null)?.flagStatus, name) }
    else
      throw new GraphError(
        400,
        'ErrorInvalidPropertySet',
        `The property '${name}' cannot be set on this item or its value is not valid.`,
      )
  }
  if (Object.keys(set).length === 0) throw badRequest('The request body names no property to change.')
  return set
}

/** Enumeration members are accepted in any case and kept in the type's own. */
function oneOf<T extends string>(members: readonly T[], value: unknown, name: string): T {
  const member = members.find((known) => known.toLowerCase() === String(value).toLowerCase())
  if (!member) throw badRequest(`Invalid value for the property '${name}'.`)
  return member
}
