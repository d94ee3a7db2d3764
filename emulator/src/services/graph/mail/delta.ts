import { GraphError, notImplemented } from '#services/graph/errors.ts'
import { Query } from '#http/exchange.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { boundToPath, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import { readSelect, readTop } from '#services/graph/odata/options.ts'
import type { Call } from '#services/graph/route.ts'
import type { Filter } from '#services/graph/odata/filter.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Message } from '#world/mail/message.ts'
import type { Reply } from '#http/exchange.ts'

import { EXPANDABLE, SELECTABLE_PROPERTIES, immutableIds, preferenceApplied, shapeMessage } from './shape.ts'
import { contextOf, folderOf, mailboxOf, topTooLarge } from './mailbox-of.ts'
import { messagesIn } from './list.ts'
import { readExpand } from '#services/graph/odata/expand.ts'
import { valuesOf } from './fields.ts'

/**
 * Changes of one folder: first everything that lies in it, then at every round what came, changed and went since. The state is
 * in the token: which folder and options, since which change, and how far this round has been read.
 */
interface State {
  folder: string
  /** Number of changes up to which the client knows; -1 in the first round. */
  since: number
  /** Number of changes up to which this round goes. */
  upTo: number
  /** Place of the last entry given in this round: places sort as text. */
  after: string
  /** Tenant time of the round's beginning, milliseconds. */
  at: number
  select?: string
  filter?: string
  expand?: string
  changeType?: string
}

/** The service forgets: nobody knows when, its cache decides. Here after thirty days. */
const REMEMBERED = 30 * 86_400_000
const CHANGE_TYPES = new Set(['created', 'updated', 'deleted'])
const FIELDS = { receivedDateTime: 'date' } as const

/** `GET …/messages/delta` */
export function messagesDelta(call: Call): Reply {
  const mailbox = mailboxOf(call)
  const { key } = folderOf(mailbox, call.params['folder']!)
  const state = readState(call, key)
  const filter = readFilter(state.filter)
  const size = pageSize(call)
  const select = readSelect(queryOf(state), SELECTABLE_PROPERTIES, 'Microsoft.OutlookServices.Message')
  const expand = readExpand(queryOf(state), EXPANDABLE)
  const entries = entriesOf(call, mailbox, state, filter).filter(({ place }) => place > state.after)
  const page = entries.slice(0, size)
  const left = page.length < entries.length
  const next = left ? { ...state, after: page.at(-1)!.place } : { ...state, since: state.upTo, after: '' }
  const token = placeToken(JSON.stringify(next), boundToPath(call))
  const link = `${call.request.origin}${call.request.path}?${left ? '$skiptoken' : '$deltatoken'}=${token}`
  return {
    status: 200,
    headers: headersOf(call),
    body: {
      '@odata.context': contextOf(
        call,
        `mailFolders('${mailbox.folderId(key)}')/messages${select ? `(${select.join(',')})` : ''}/$delta`,
      ),
      value: page.map(({ shown }) => ({
        '@odata.type': '#microsoft.graph.message',
        ...(typeof shown === 'string'
          ? { id: shown, '@removed': { reason: 'deleted' } }
          : shapeMessage(call, mailbox, shown, select, expand)),
      })),
      [left ? '@odata.nextLink' : '@odata.deltaLink']: link,
    },
  }
}

interface Entry {
  /** What comes after what: by time of receipt in the first round, by name of the item in later ones. */
  place: string
  /** A message that lies there, or the id of one that went. */
  shown: Message | string
}

function entriesOf(call: Call, mailbox: Mailbox, state: State, filter: Filter | undefined): Entry[] {
  const { folder, since, upTo, changeType } = state
  const wanted = (message: Message) => filter?.matches(valuesOf(mailbox, message)) ?? true
  const asked = (type: string) => changeType === undefined || changeType === type
  if (since < 0)
    return messagesIn(mailbox, folderOf(mailbox, mailbox.folderId(folder)))
      .filter((message) => message.arrived < upTo && asked('created') && wanted(message))
      .map((shown) => ({ place: newestFirst(shown), shown }))
      .sort(byPlace)
  const found = mailbox.since(since - 1).flatMap(({ key, message, trail }) => {
    const was = trail.findLast(({ number }) => number < since)
    const before = was?.folder === folder ? was : undefined
    const here = message?.folder === folder && message.arrived < upTo ? message : undefined
    // Moved away and back again it has another id, but not another immutable one.
    const same = before && here && (immutableIds(call) || before.number === here.arrived)
    const entries: Entry[] = []
    if (before && !same && asked('deleted'))
      entries.push({
        place: `${key} 1`,
        shown: immutableIds(call) ? mailbox.immutableIdOf(key) : mailbox.idAt(key, before),
      })
    if (here && asked(same ? 'updated' : 'created') && wanted(here)) entries.push({ place: `${key} 2`, shown: here })
    return entries
  })
  return found.sort(byPlace)
}

const newestFirst = ({ item }: Message) => `${String(1e15 - item.receivedAt)} ${item.key}`

const byPlace = (a: Entry, b: Entry) => (a.place < b.place ? -1 : 1)

function readState(call: Call, folder: string): State {
  const { query } = call.request
  const token = query.get('$deltatoken') ?? query.get('$skiptoken')
  if (token !== undefined) return resume(call, folder, token, query.get('$deltatoken') !== undefined)
  const refused = query.names.find((name) => /^\$(search|count|skip)$/i.test(name))
  if (refused)
    throw new GraphError(
      400,
      'ErrorInvalidUrlQuery',
      `The query parameter '${refused}' is not supported with change tracking.`,
    )
  const unknown = query.names.find(
    (name) => name.startsWith('$') && !/^\$(select|top|filter|orderby|expand)$/i.test(name),
  )
  if (unknown) throw notImplemented(`the query option ${unknown} here`)
  const order = query.get('$orderby')
  if (order !== undefined && !/^receivedDateTime\s+desc$/i.test(order.trim()))
    throw new GraphError(400, 'ErrorInvalidUrlQuery', `Change tracking supports $orderby=receivedDateTime desc only.`)
  const changeType = query.get('changeType')?.toLowerCase()
  if (changeType !== undefined && !CHANGE_TYPES.has(changeType))
    throw new GraphError(400, 'ErrorInvalidUrlQuery', `The change type '${changeType}' is not valid.`)
  const given = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value })
  return {
    folder,
    since: -1,
    upTo: call.tenant.changeCount,
    after: '',
    at: call.tenant.now,
    ...given('select', query.get('$select')),
    ...given('filter', query.get('$filter')),
    ...given('expand', query.get('$expand')),
    ...given('changeType', changeType),
  }
}

/** The state in a token. @throws GraphError SyncStateInvalid 400 for one that is none, SyncStateNotFound 410 for a dead one. */
function resume(call: Call, folder: string, token: string, again: boolean): State {
  const text = readPlaceToken(token, boundToPath(call))
  const state = text === undefined ? undefined : (JSON.parse(text) as State)
  if (!state?.folder || state.folder !== folder)
    throw new GraphError(400, 'SyncStateInvalid', 'The sync state for this operation is invalid.')
  const { changeCount, now } = call.tenant
  // What was counted has been forgotten: the emulator was reset, or another state was loaded.
  if (state.upTo > changeCount || now - state.at > REMEMBERED)
    throw new GraphError(
      410,
      'SyncStateNotFound',
      'The sync state generation is not found. The delta token is expired and data must be synchronized again.',
    )
  return again ? { ...state, upTo: changeCount, at: now } : state
}

/** Only `receivedDateTime` with `ge` or `gt`. @throws GraphError. */
function readFilter(text: string | undefined): Filter | undefined {
  if (!text?.trim()) return undefined
  const filter = parseFilter(text, FIELDS)
  if ([...filter.operators].some((operator) => operator !== 'ge' && operator !== 'gt'))
    throw new GraphError(
      400,
      'ErrorInvalidUrlQueryFilter',
      'Change tracking supports $filter=receivedDateTime with ge and gt only.',
    )
  return filter
}

/** The options of the first call, which the token carries on. */
const queryOf = ({ select = '', expand = '' }: State) =>
  new Query(new URLSearchParams({ $select: select, $expand: expand }).toString())

const preferred = (call: Call) => /odata\.maxpagesize\s*=\s*(\d{1,6})/i.exec(call.request.headers['prefer'] ?? '')?.[1]

const pageSize = (call: Call) =>
  Math.min(Math.max(1, Number(preferred(call) ?? readTop(call.request.query, 10, 1000, topTooLarge))), 1000)

function headersOf(call: Call): Record<string, string> {
  const applied = preferenceApplied(call)['preference-applied']
  const size = preferred(call)
  const all = [applied, size === undefined ? undefined : `odata.maxpagesize=${size}`].filter(
    (each) => each !== undefined,
  )
  return all.length > 0 ? { 'preference-applied': all.join(', ') } : {}
}
