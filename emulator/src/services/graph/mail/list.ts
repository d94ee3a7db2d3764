import { answerCount } from '#services/graph/odata/count.ts'
import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions, readSelect, readSkip, readTop } from '#services/graph/odata/options.ts'
import { compare, parseFilter } from '#services/graph/odata/filter.ts'
import { isRecoverable } from '#world/mail/folders.ts'
import { boundTo, readSkiptoken, skiptoken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { Reply } from '#http/exchange.ts'

import { EXPANDABLE, SELECTABLE_PROPERTIES, preferenceApplied, shapeMessage } from './shape.ts'
import { MESSAGE_FIELDS, valuesOf, withPairs } from './fields.ts'
import { contextOf, folderOf, mailboxOf, topTooLarge } from './mailbox-of.ts'
import { isIndexed, parseSearch } from './search.ts'
import { readExpand } from '#services/graph/odata/expand.ts'

/** Lists of messages: of one folder, or of the mailbox without Recoverable Items. */

const OPTIONS = ['$select', '$top', '$skip', '$filter', '$orderby', '$search', '$count', '$skiptoken', '$expand']
const SEARCH_LIMIT = 1000

export function listMessages(call: Call): Reply {
  const { query } = call.request
  allowOptions(query, OPTIONS)
  const mailbox = mailboxOf(call)
  const search = query.get('$search')
  const found = search === undefined ? listed(call, mailbox) : searched(call, mailbox, search)
  const top = readTop(query, 10, 1000, topTooLarge)
  const skip = search === undefined ? readSkip(query) : readSearchPage(call)
  const select = readSelect(query, SELECTABLE_PROPERTIES, 'Microsoft.OutlookServices.Message')
  const expand = readExpand(query, EXPANDABLE)
  const next = skip + top
  const page = search === undefined ? { $skip: String(next) } : { $skiptoken: skiptoken(next, boundTo(call)) }
  const link = `${call.request.origin}${call.request.path}?${query.with(page)}`
  return {
    status: 200,
    headers: preferenceApplied(call),
    body: {
      '@odata.context': contextOf(call, `messages${select ? `(${select.join(',')})` : ''}`),
      ...(query.get('$count')?.toLowerCase() === 'true' ? { '@odata.count': found.length } : {}),
      value: found.slice(skip, next).map((message) => shapeMessage(call, mailbox, message, select, expand)),
      ...(next < found.length ? { '@odata.nextLink': link } : {}),
    },
  }
}

/** `/messages/$count` */
export function countMessages(call: Call): Reply {
  allowOptions(call.request.query, ['$filter'])
  const { length } = listed(call, mailboxOf(call))
  return answerCount(call.request, length)
}

function scope(call: Call, mailbox: Mailbox): readonly Message[] {
  const folder = call.params['folder']
  if (folder === undefined) return mailbox.messages.filter((message) => !isRecoverable(message.folder))
  return messagesIn(mailbox, folderOf(mailbox, folder))
}

/** What lies in a folder; what a search folder shows. */
export function messagesIn(mailbox: Mailbox, { key, search }: Folder): Message[] {
  if (!search) return mailbox.messages.filter((message) => message.folder === key)
  const sources = new Set(search.sources)
  if (search.includeNestedFolders)
    for (const { key: below, parent } of mailbox.folders) if (parent && sources.has(parent)) sources.add(below)
  const { filter, ids } = withPairs(search.filterQuery)
  const { matches } = parseFilter(filter, MESSAGE_FIELDS)
  return mailbox.messages.filter((message) => sources.has(message.folder) && matches(valuesOf(mailbox, message, ids)))
}

function listed(call: Call, mailbox: Mailbox): Message[] {
  const { query } = call.request
  const { filter: text, ids } = withPairs(query.get('$filter') ?? '')
  const filter = text.trim() ? parseFilter(text, MESSAGE_FIELDS) : undefined
  const order = readOrder(query.get('$orderby'))
  // What is sorted by must be filtered by first, in the same order.
  if (filter && !order.every(({ field }, i) => filter.fields[i] === field)) throw inefficient()
  const found = scope(call, mailbox).filter((message) => filter?.matches(valuesOf(mailbox, message, ids)) ?? true)
  if (order.length === 0) return found
  return found.sort((a, b) => {
    const [left, right] = [valuesOf(mailbox, a), valuesOf(mailbox, b)]
    for (const { field, sign } of order) {
      const difference = sign * compare(left(field), right(field))
      if (difference !== 0) return difference
    }
    return 0
  })
}

const inefficient = () =>
  new GraphError(400, 'InefficientFilter', 'The restriction or sort order is too complex for this operation.')

function readOrder(text: string | undefined): { field: string; sign: 1 | -1 }[] {
  if (!text?.trim()) return []
  return text.split(',').map((part) => {
    const [name = '', direction = 'asc'] = part.trim().split(/\s+/)
    const found = Object.entries(MESSAGE_FIELDS).find(([known]) => known.toLowerCase() === name.toLowerCase())
    if (!found || found[1] === 'strings' || !/^(asc|desc)$/i.test(direction))
      throw badRequest(`Invalid orderby clause '${part.trim()}'.`)
    return { field: found[0], sign: direction.toLowerCase() === 'desc' ? -1 : 1 }
  })
}

function searched(call: Call, mailbox: Mailbox, search: string): Message[] {
  const { query } = call.request
  for (const [option, code] of [
    ['$filter', 'SearchWithFilter'],
    ['$orderby', 'SearchWithOrderBy'],
    ['$skip', 'SearchWithSkip'],
    ['$count', 'SearchWithCount'],
  ] as const)
    if (query.get(option) !== undefined)
      throw new GraphError(400, code, `The query parameter '${option}' is not supported with '$search'.`)
  const matches = parseSearch(search)
  return scope(call, mailbox)
    .filter((message) => isIndexed(message, call.tenant.now) && matches(message.item))
    .slice(0, SEARCH_LIMIT)
}

function readSearchPage(call: Call): number {
  const token = call.request.query.get('$skiptoken')
  if (token === undefined) return 0
  const start = readSkiptoken(token, boundTo(call))
  if (start === undefined) throw badRequest('Invalid skip token.')
  return start
}
