import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions, readSelect, readSkip, readTop } from '#services/graph/odata/options.ts'
import { compare, parseFilter } from '#services/graph/odata/filter.ts'
import { isRecoverable } from '#world/mail/folders.ts'
import { readSkiptoken, skiptoken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields, Value } from '#services/graph/odata/filter.ts'
import type { Message } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { SELECTABLE_PROPERTIES, conversationIdOf, preferenceApplied, sentAt, shapeMessage } from './shape.ts'
import { folderOf, mailboxOf } from './mailbox-of.ts'
import { parseSearch } from './search.ts'
import { topTooLarge } from './folders.ts'

/** Lists of messages: of one folder, or of the mailbox without Recoverable Items. */

const FIELDS: Fields = {
  internetMessageId: 'string',
  subject: 'string',
  conversationId: 'string',
  importance: 'string',
  'from/emailAddress/address': 'string',
  'from/emailAddress/name': 'string',
  'sender/emailAddress/address': 'string',
  'sender/emailAddress/name': 'string',
  receivedDateTime: 'date',
  sentDateTime: 'date',
  createdDateTime: 'date',
  lastModifiedDateTime: 'date',
  hasAttachments: 'boolean',
  isRead: 'boolean',
  isDraft: 'boolean',
  categories: 'strings',
}

const READ: Record<string, (message: Message) => Value> = {
  internetMessageId: ({ item }) => item.internetMessageId,
  subject: ({ item }) => item.subject,
  conversationId: conversationIdOf,
  importance: (message) => message.importance,
  'from/emailAddress/address': ({ item }) => item.from.address,
  'from/emailAddress/name': ({ item }) => item.from.name,
  'sender/emailAddress/address': ({ item }) => item.from.address,
  'sender/emailAddress/name': ({ item }) => item.from.name,
  receivedDateTime: ({ item }) => item.receivedAt,
  sentDateTime: sentAt,
  createdDateTime: ({ item }) => item.receivedAt,
  lastModifiedDateTime: (message) => message.modifiedAt,
  hasAttachments: ({ item }) => item.attachments.length > 0,
  isRead: (message) => message.isRead,
  isDraft: ({ item }) => item.isDraft,
  categories: (message) => message.categories,
}

const OPTIONS = ['$select', '$top', '$skip', '$filter', '$orderby', '$search', '$count', '$skiptoken']
const SEARCH_LIMIT = 1000

export function listMessages(call: Call): Reply {
  const { query } = call.request
  allowOptions(query, OPTIONS)
  const mailbox = mailboxOf(call)
  const search = query.get('$search')
  const found = search === undefined ? listed(call) : searched(call, search)
  const top = readTop(query, 10, 1000, topTooLarge)
  const skip = search === undefined ? readSkip(query) : readSearchPage(query.get('$skiptoken'))
  const select = readSelect(query, SELECTABLE_PROPERTIES, 'Microsoft.OutlookServices.Message')
  const next = skip + top
  const page = search === undefined ? { $skip: String(next) } : { $skiptoken: skiptoken(next) }
  const link = `${call.request.origin}${call.request.path}?${query.with(page)}`
  const names = select ? `(${select.join(',')})` : ''
  return {
    status: 200,
    headers: preferenceApplied(call),
    body: {
      '@odata.context': `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/messages${names}`,
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': found.length } : {}),
      value: found.slice(skip, next).map((message) => shapeMessage(call, mailbox, message, select)),
      ...(next < found.length ? { '@odata.nextLink': link } : {}),
    },
  }
}

/** `/messages/$count` */
export function countMessages(call: Call): Reply {
  allowOptions(call.request.query, ['$filter'])
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(listed(call).length) }
}

function scope(call: Call): readonly Message[] {
  const mailbox = mailboxOf(call)
  const { folder } = call.params
  if (folder === undefined) return mailbox.messages.filter((message) => !isRecoverable(message.folder))
  const { key } = folderOf(mailbox, folder)
  return mailbox.messages.filter((message) => message.folder === key)
}

function listed(call: Call): Message[] {
  const { query } = call.request
  const text = query.get('$filter')
  const filter = text ? parseFilter(text, FIELDS) : undefined
  const order = readOrder(query.get('$orderby'))
  const inFilter = order.every(({ field }, i) => filter?.fields[i] === field)
  if (filter && !inFilter)
    throw new GraphError(400, 'InefficientFilter', 'The restriction or sort order is too complex for this operation.')
  const found = scope(call).filter((message) => filter?.matches((field) => READ[field]!(message)) ?? true)
  return found.sort((a, b) => {
    for (const { field, sign } of order) {
      const difference = sign * compare(READ[field]!(a), READ[field]!(b))
      if (difference !== 0) return difference
    }
    return 0
  })
}

function readOrder(text: string | undefined): { field: string; sign: 1 | -1 }[] {
  if (!text?.trim()) return []
  return text.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/)
    const field = Object.keys(FIELDS).find((known) => known.toLowerCase() === name.toLowerCase())
    if (!field || FIELDS[field] === 'strings' || !/^(asc|desc)$/i.test(direction))
      throw badRequest(`Invalid orderby clause '${part.trim()}'.`)
    return { field, sign: direction.toLowerCase() === 'desc' ? -1 : 1 }
  })
}

function searched(call: Call, search: string): Message[] {
  const { query } = call.request
  for (const [option, code] of [
    ['$filter', 'SearchWithFilter'],
    ['$orderby', 'SearchWithOrderBy'],
    ['$skip', 'SearchWithSkip'],
  ] as const)
    if (query.get(option) !== undefined)
      throw new GraphError(400, code, `The query parameter '${option}' is not supported with '$search'.`)
  const matches = parseSearch(search)
  return scope(call)
    .filter(({ item }) => matches(item))
    .slice(0, SEARCH_LIMIT)
}

function readSearchPage(token: string | undefined): number {
  if (token === undefined) return 0
  const start = readSkiptoken(token)
  if (start === undefined) throw badRequest('Invalid skip token.')
  return start
}
