import { GraphError } from '#services/graph/errors.ts'
import { messagesIn } from '#services/graph/mail/list.ts'
import { parseSearch } from '#services/graph/mail/search.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'

import { Fault, ItemError, badSchema, failure, notBuilt, responseReply, success } from '#services/ews/errors.ts'
import { child, leaf, tag, textOf } from '#services/ews/xml.ts'
import { comparable, messageXml, readShape } from '#services/ews/properties.ts'
import { ROOT, ewsId, folderOf, ownMailbox, partsOf } from '#services/ews/call.ts'
import { readRestriction } from '#services/ews/restriction.ts'
import type { Element } from '#services/ews/xml.ts'
import type { EwsCall } from '#services/ews/call.ts'
import type { Reply } from '#http/exchange.ts'
import type { Value } from '#services/ews/properties.ts'

/** FindItem, FindFolder and GetFolder. */

/** What a policy of Exchange gives at most at once. */
const MOST = 1000

interface View {
  offset: number
  most: number
  fromEnd: boolean
}

function readView(operation: Element, name: string): View {
  const element = child(operation, `IndexedPage${name}View`)
  for (const other of ['FractionalPage', 'Calendar', 'Contacts', 'SeekToCondition'])
    if (
      child(
        operation,
        `${other}${other === 'SeekToCondition' ? 'PageItemView' : other === 'FractionalPage' ? `${name}View` : 'View'}`,
      )
    )
      throw notBuilt(`a ${other} view`)
  const number = (attribute: string, usual: number) => {
    const text = element?.attributes[attribute]
    if (text === undefined) return usual
    if (!/^\d{1,9}$/.test(text)) throw badSchema(`The '${attribute}' attribute is invalid - '${text}'.`)
    return Number(text)
  }
  const most = number('MaxEntriesReturned', MOST)
  if (element && most < 1)
    throw new Fault('ErrorInvalidPagingMaxRows', 'The specified paging maximum number of rows is invalid.')
  const base = element?.attributes['BasePoint'] ?? 'Beginning'
  if (base !== 'Beginning' && base !== 'End') throw badSchema(`The 'BasePoint' attribute is invalid - '${base}'.`)
  return { offset: number('Offset', 0), most: Math.min(most, MOST), fromEnd: base === 'End' }
}

/** A page of the list, and the attributes that tell where it lies. */
function pageOf<T>(all: readonly T[], { offset, most, fromEnd }: View) {
  const end = fromEnd ? Math.max(0, all.length - offset) : Math.min(all.length, offset + most)
  const start = fromEnd ? Math.max(0, end - most) : Math.min(offset, all.length)
  const isLast = fromEnd ? start === 0 : end >= all.length
  const attributes = {
    IndexedPagingOffset: fromEnd ? start : end,
    TotalItemsInView: all.length,
    IncludesLastItemInRange: isLast,
  }
  return { page: all.slice(start, end), attributes }
}

/** One response message for each folder that is asked about. */
export function perFolder(call: EwsCall, list: string, operation: string, answer: (folder: Folder) => string): Reply {
  return responseReply(
    call.operation.name,
    partsOf(call, list).map((reference) => {
      try {
        return success(operation, answer(folderOf(call, reference)))
      } catch (error) {
        if (error instanceof ItemError) return failure(operation, error)
        throw error
      }
    }),
  )
}

const TRAVERSALS = new Set(['Shallow', 'SoftDeleted', 'Associated'])

export function findItem(call: EwsCall): Reply {
  const { operation, tenant } = call
  const traversal = operation.attributes['Traversal'] ?? ''
  if (!TRAVERSALS.has(traversal)) throw badSchema(`The 'Traversal' attribute is invalid - '${traversal}'.`)
  if (child(operation, 'GroupBy') ?? child(operation, 'DistinguishedGroupBy')) throw notBuilt('grouping')
  const view = readView(operation, 'Item')
  const condition = readRestriction(child(operation, 'Restriction'))
  const query = queryOf(textOf(operation, 'QueryString'))
  const order = orderOf(child(operation, 'SortOrder'))
  return perFolder(call, 'ParentFolderIds', 'FindItem', (folder) => {
    const shape = readShape(child(operation, 'ItemShape'), true)
    const mailbox = ownMailbox(call)
    const found = messagesOf(mailbox, folder, traversal)
      .map((message) => ({ tenant, mailbox, message }))
      .filter((shown) => query(shown.message) && condition(shown))
      .sort((a, b) => order(a.message, b.message, (message) => ({ tenant, mailbox, message })))
    const { page, attributes } = pageOf(found, view)
    const items = page.map((shown) => messageXml(shown, shape, true)).join('')
    return tag('m:RootFolder', tag('t:Items', items), attributes)
  })
}

/** Soft-deleted are those that users can still recover; associated items there are none. */
function messagesOf(mailbox: Mailbox, folder: Folder, traversal: string): readonly Message[] {
  if (traversal === 'Associated' || folder.key === ROOT.key) return []
  if (traversal === 'Shallow') return messagesIn(mailbox, folder)
  return folder.key === 'msgfolderroot' || folder.key === 'inbox'
    ? mailbox.messages.filter((message) => message.folder === 'recoverableitemsdeletions')
    : []
}

/** Advanced Query Syntax: the words of Graph's `$search`, and `isread:`, `isflagged:`. @throws ItemError. */
function queryOf(text: string | undefined): (message: Message) => boolean {
  if (!text) return () => true
  const flags: ((message: Message) => boolean)[] = []
  const rest = text.replaceAll(
    /\b(isread|isflagged)\s*[:=]\s*(true|false|yes|no)\b(\s+AND\b)?/gi,
    (_, name: string, value: string) => {
      const wanted = /^(true|yes)$/i.test(value)
      const read = name.toLowerCase() === 'isread'
      flags.push((message) => (read ? message.isRead : message.flag.flagStatus === 'flagged') === wanted)
      return ''
    },
  )
  const kept = rest.replace(/\s+AND\s*$/i, '').trim()
  try {
    const words = kept ? parseSearch(`"${kept.replaceAll(/["\\]/g, String.raw`\$&`)}"`) : () => true
    return (message) => words(message.item) && flags.every((flag) => flag(message))
  } catch (error) {
    if (error instanceof GraphError) throw new Fault('ErrorInvalidArgument', error.message)
    throw error
  }
}

type Shower = (message: Message) => Parameters<ReturnType<typeof comparable>>[0]
type Order = (a: Message, b: Message, show: Shower) => number

/** `<m:SortOrder>`; newest first without one. */
function orderOf(element: Element | undefined): Order {
  const fields = (element?.children ?? []).map((field) => {
    const path = field.children[0]
    const direction = field.attributes['Order']
    if (field.name !== 'FieldOrder' || !path || !['Ascending', 'Descending'].includes(direction ?? ''))
      throw badSchema("The element 'SortOrder' has invalid content.")
    return { value: comparable(path), sign: direction === 'Descending' ? -1 : 1 }
  })
  if (fields.length === 0) return (a, b) => b.item.receivedAt - a.item.receivedAt
  return (a, b, show) => {
    for (const { value, sign } of fields) {
      const difference = compare(value(show(a)), value(show(b)))
      if (difference !== 0) return sign * difference
    }
    return 0
  }
}

function compare(a: Value | undefined, b: Value | undefined): number {
  const key = (value: Value | undefined) =>
    Array.isArray(value) ? String(value[0] ?? '').toLowerCase() : Number(value ?? 0)
  const [left, right] = [key(a), key(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

export function findFolder(call: EwsCall): Reply {
  const { operation } = call
  const traversal = operation.attributes['Traversal'] ?? ''
  if (!['Shallow', 'Deep', 'SoftDeleted'].includes(traversal))
    throw badSchema(`The 'Traversal' attribute is invalid - '${traversal}'.`)
  const view = readView(operation, 'Folder')
  const named = nameOf(child(operation, 'Restriction')?.children[0])
  const isIdOnly = baseOf(operation) === 'IdOnly'
  return perFolder(call, 'ParentFolderIds', 'FindFolder', (folder) => {
    const mailbox = ownMailbox(call)
    const found = below(mailbox, folder, traversal).filter(named)
    const { page, attributes } = pageOf(found, view)
    return tag(
      'm:RootFolder',
      tag('t:Folders', page.map((each) => folderXml(mailbox, each, isIdOnly)).join('')),
      attributes,
    )
  })
}

function below(mailbox: Mailbox, { key }: Folder, traversal: string): Folder[] {
  if (traversal === 'SoftDeleted') return []
  const parent = key === ROOT.key ? null : key
  const children = mailbox.folders.filter((each) => each.parent === parent)
  return traversal === 'Deep' ? children.flatMap((each) => [each, ...below(mailbox, each, 'Deep')]) : children
}

/** Of restrictions on folders, those on the name: equal or containing. */
function nameOf(element: Element | undefined): (folder: Folder) => boolean {
  if (!element) return () => true
  const path = element.children[0]
  const isName = path?.attributes['FieldURI']?.toLowerCase() === 'folder:displayname'
  const constant = child(element, 'Constant') ?? child(child(element, 'FieldURIOrConstant'), 'Constant')
  const wanted = constant?.attributes['Value']?.toLowerCase()
  if (!isName || wanted === undefined || !['IsEqualTo', 'Contains'].includes(element.name))
    throw notBuilt('this restriction on folders')
  const whole = element.name === 'IsEqualTo' || element.attributes['ContainmentMode'] === 'FullString'
  return ({ displayName }) =>
    whole ? displayName.toLowerCase() === wanted : displayName.toLowerCase().includes(wanted)
}

function baseOf(operation: Element): string {
  const base = textOf(child(operation, 'FolderShape'), 'BaseShape')
  if (!base || !['IdOnly', 'Default', 'AllProperties'].includes(base))
    throw badSchema("The 'BaseShape' element is invalid or missing.")
  return base
}

export function getFolder(call: EwsCall): Reply {
  const isIdOnly =
    baseOf(call.operation) === 'IdOnly' && !child(child(call.operation, 'FolderShape'), 'AdditionalProperties')
  return perFolder(call, 'FolderIds', 'GetFolder', (folder) =>
    tag('m:Folders', folderXml(ownMailbox(call), folder, isIdOnly)),
  )
}

export const folderId = (mailbox: Mailbox, key: string): string =>
  tag('t:FolderId', '', { Id: ewsId(mailbox.folderId(key)), ChangeKey: 'AQAAAA==' })

function folderXml(mailbox: Mailbox, folder: Folder, isIdOnly: boolean): string {
  const id = folderId(mailbox, folder.key)
  if (isIdOnly) return tag('t:Folder', id)
  const inside = folder.key === ROOT.key ? [] : messagesIn(mailbox, folder)
  const parent = ewsId(mailbox.folderId(folder.parent ?? 'root'))
  return tag(
    't:Folder',
    [
      id,
      tag('t:ParentFolderId', '', { Id: parent, ChangeKey: 'AQAAAA==' }),
      leaf('t:FolderClass', 'IPF.Note'),
      leaf('t:DisplayName', folder.displayName),
      leaf('t:TotalCount', inside.length),
      leaf('t:ChildFolderCount', below(mailbox, folder, 'Shallow').length),
      leaf('t:UnreadCount', inside.filter(({ isRead }) => !isRead).length),
    ].join(''),
  )
}
