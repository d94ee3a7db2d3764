import { asItLies } from '#services/graph/mail/drafts.ts'
import { isRecoverable } from '#world/mail/folders.ts'
import { mimeOf } from '#world/mail/mime.ts'
import { operationOf } from '#world/mail/mailbox.ts'
import { store } from '#world/mail/stored.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { MessageUpdate } from '#world/changes.ts'
import type { Reply } from '#http/exchange.ts'

import {
  ItemError,
  badSchema,
  failure,
  itemNotFound,
  malformedId,
  notBuilt,
  responseReply,
  success,
} from '#services/ews/errors.ts'
import { attachmentXml, itemId, messageXml, readAttachmentId, readShape } from '#services/ews/properties.ts'
import { child, escapeXml, leaf, tag, textOf } from '#services/ews/xml.ts'
import { folderIn, itemOf, ownMailbox, partsOf } from '#services/ews/call.ts'
import type { Element } from '#services/ews/xml.ts'
import type { EwsCall } from '#services/ews/call.ts'

/** What is done with single items. Each has a response message of its own; one that fails does not stop the others. */

function perItem(call: EwsCall, list: string, answer: (reference: Element, mailbox: Mailbox) => string): Reply {
  const { operation } = call
  return responseReply(
    operation.name,
    partsOf(call, list).map((reference) => {
      try {
        return success(operation.name, answer(reference, ownMailbox(call)))
      } catch (error) {
        if (error instanceof ItemError) return failure(operation.name, error, EMPTY[operation.name])
        throw error
      }
    }),
  )
}

/** What the response message of a failure holds. */
const EMPTY: Readonly<Record<string, string>> = {
  GetItem: '<m:Items/>',
  MoveItem: '<m:Items/>',
  CopyItem: '<m:Items/>',
  GetAttachment: '<m:Attachments/>',
}

export function getItem(call: EwsCall): Reply {
  const shape = readShape(child(call.operation, 'ItemShape'), false)
  const { tenant } = call
  return perItem(call, 'ItemIds', (reference, mailbox) =>
    tag('m:Items', messageXml({ tenant, mailbox, message: itemOf(call, reference) }, shape, false)),
  )
}

export function getAttachment(call: EwsCall): Reply {
  const withMime = textOf(child(call.operation, 'AttachmentShape'), 'IncludeMimeContent') === 'true'
  return perItem(call, 'AttachmentIds', (reference) => {
    const id = readAttachmentId(reference.attributes['Id'] ?? '')
    if (!id) throw malformedId()
    const message = itemOf(call, { ...reference, name: 'ItemId', attributes: { Id: id.item } })
    const attachment = message.item.attachments[id.place]
    if (!attachment) throw itemNotFound()
    const { item } = attachment
    const content = item
      ? tag(
          't:Message',
          [
            withMime ? tag('t:MimeContent', mimeOf(item).toString('base64'), { CharacterSet: 'UTF-8' }) : '',
            leaf('t:Subject', item.subject),
            tag('t:Body', escapeXml(item.text), { BodyType: 'Text' }),
            leaf('t:InternetMessageId', item.internetMessageId),
          ].join(''),
        )
      : leaf('t:Content', attachment.content.toString('base64'))
    return tag('m:Attachments', attachmentXml(message, id.place, content))
  })
}

const DELETIONS = new Map([
  ['HardDelete', 'recoverableitemspurges'],
  ['SoftDelete', 'recoverableitemsdeletions'],
  ['MoveToDeletedItems', 'deleteditems'],
])

export function deleteItem(call: EwsCall): Reply {
  const how = call.operation.attributes['DeleteType'] ?? ''
  const to = DELETIONS.get(how)
  if (!to) throw badSchema(`The 'DeleteType' attribute is invalid - '${how}'.`)
  return perItem(call, 'ItemIds', (reference, mailbox) => {
    const message = itemOf(call, reference)
    // What is recoverable can only go further down.
    if (isRecoverable(message.folder) && (to !== 'recoverableitemspurges' || message.folder === to))
      throw new ItemError('ErrorCannotDeleteObject', 'Object cannot be deleted.')
    move(call, mailbox, message, to)
    return ''
  })
}

export function moveItem(call: EwsCall): Reply {
  return toFolder(call, (mailbox, message, to) => {
    move(call, mailbox, message, to)
    return message.item.key
  })
}

export function copyItem(call: EwsCall): Reply {
  return toFolder(call, (mailbox, message, to) => {
    const key = `made.${call.tenant.newId('item')}`
    call.tenant.change({
      type: 'mail.placed',
      item: store(asItLies(message)),
      copies: [{ mailbox: mailbox.person.id, key, folder: to }],
      appId: call.account.name,
    })
    return key
  })
}

/** Answers with the new id of each, unless `ReturnNewItemIds` says otherwise. `act` gives the key of what lies in the folder then. */
function toFolder(call: EwsCall, act: (mailbox: Mailbox, message: Message, to: string) => string): Reply {
  const ids = textOf(call.operation, 'ReturnNewItemIds') !== 'false'
  return perItem(call, 'ItemIds', (reference, mailbox) => {
    const folder = folderIn(call, 'ToFolderId')
    if (folder.search || folder.key === 'root')
      throw new ItemError('ErrorMoveCopyFailed', 'The move or copy operation failed.')
    const key = act(mailbox, itemOf(call, reference), folder.key)
    const message = mailbox.message(key)!
    return tag('m:Items', ids ? tag('t:Message', itemId({ tenant: call.tenant, mailbox, message })) : '')
  })
}

function move({ tenant, account }: EwsCall, { person }: Mailbox, { item }: Message, to: string): void {
  tenant.change({
    type: 'message.moved',
    mailbox: person.id,
    item: item.key,
    to,
    operation: operationOf(to),
    appId: account.name,
  })
}

/** `IsRead`, `Categories` and `Importance`, as fields that are set or deleted. */
export function updateItem(call: EwsCall): Reply {
  const { operation, tenant, account } = call
  if (!operation.attributes['ConflictResolution'])
    throw badSchema("The required attribute 'ConflictResolution' is missing.")
  return responseReply(
    operation.name,
    partsOf(call, 'ItemChanges').map((change) => {
      try {
        const mailbox = ownMailbox(call)
        const reference = child(change, 'ItemId')
        if (!reference) throw badSchema("The element 'ItemId' is expected.")
        const before = itemOf(call, reference)
        const set = readUpdates(child(change, 'Updates'))
        tenant.change({
          type: 'message.updated',
          mailbox: mailbox.person.id,
          item: before.item.key,
          set,
          appId: account.name,
        })
        const message = mailbox.message(before.item.key)!
        return success(
          operation.name,
          tag('m:Items', tag('t:Message', itemId({ tenant, mailbox, message }))) +
            tag('m:ConflictResults', leaf('t:Count', 0)),
        )
      } catch (error) {
        if (error instanceof ItemError) return failure(operation.name, error, '<m:Items/>')
        throw error
      }
    }),
  )
}

const IMPORTANCE = ['low', 'normal', 'high'] as const

function readUpdates(updates: Element | undefined): MessageUpdate {
  const set: MessageUpdate = {}
  for (const field of updates?.children ?? []) {
    const uri = child(field, 'FieldURI')?.attributes['FieldURI']
    const item = child(field, 'Message') ?? child(field, 'Item')
    const isSet = field.name === 'SetItemField'
    if (!isSet && field.name !== 'DeleteItemField') throw notBuilt(`UpdateItem with ${field.name}`)
    if (isSet && !item) throw badSchema("The element 'Message' is expected.")
    if (uri === 'message:IsRead' && isSet) set.isRead = textOf(item, 'IsRead') === 'true'
    else if (uri === 'item:Categories')
      set.categories = isSet ? (child(item, 'Categories')?.children ?? []).map(({ text }) => text) : []
    else if (uri === 'item:Importance' && isSet) {
      const importance = IMPORTANCE.find((each) => each === textOf(item, 'Importance')?.toLowerCase())
      if (!importance) throw badSchema("The 'Importance' element is invalid.")
      set.importance = importance
    } else throw notBuilt(`UpdateItem of ${String(uri)}`)
  }
  if (Object.keys(set).length === 0) throw badSchema("The element 'Updates' has incomplete content.")
  return set
}
