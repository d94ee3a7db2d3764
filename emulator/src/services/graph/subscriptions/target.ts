import { GraphError, notImplemented } from '#services/graph/errors.ts'
import { Query } from '#http/exchange.ts'
import { SELECTABLE_PROPERTIES } from '#services/graph/mail/shape.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import { readNames } from '#services/graph/odata/options.ts'
import { segmentsOf } from '#http/router.ts'
import type { Tenant } from '#cloud.ts'

/** What can be subscribed to here, who may, and for how long. */
export type Target =
  | {
      kind: 'messages'
      /** Object id of the mailbox's owner. */
      user: string
      /** Key of the folder; null for the whole mailbox. */
      folder: string | null
      /** Properties to be sent along. */
      select: readonly string[] | null
    }
  | { kind: 'alerts'; filter: string | null }

interface Terms {
  /** App roles of which one is needed. */
  roles: readonly string[]
  /** Minutes. */
  longest: number
  /** Minutes, where resource data is sent along. */
  longestWithData?: number
}

export const TERMS: Readonly<Record<Target['kind'], Terms>> = {
  messages: { roles: ['Mail.Read', 'Mail.ReadWrite', 'Mail.ReadBasic.All'], longest: 10_080, longestWithData: 1_440 },
  alerts: { roles: ['SecurityEvents.Read.All', 'SecurityEvents.ReadWrite.All'], longest: 43_200 },
}

export const ALERT_FIELDS = { severity: 'string', status: 'string', 'vendorInformation/provider': 'string' } as const

/** Subscribable in the real service, and not here. */
const LACKING =
  /^(users|groups|drives|sites|chats|teams|communications|print|me|education|solutions|app|appCatalogs)$|^users\/[^/]+\/(events|contacts|presence|chats|todo|drive)/i

export const refused = (message: string, code = 'InvalidRequest') => new GraphError(400, code, message)

/** What a resource means. @throws GraphError 400 for what nobody can subscribe to, 404 for what is not there, 501. */
export function readTarget(tenant: Tenant, resource: string): Target {
  const [path = '', ...rest] = resource.replace(/^\/+/, '').split('?')
  const segments = cut(path)
  const query = new Query(rest.join('?'))
  const [first = '', user = '', third = '', folder = '', fifth = ''] = segments
  const lower = segments.map((segment) => segment.toLowerCase())
  if (lower.join('/') === 'security/alerts') return { kind: 'alerts', filter: readFilter(query) }
  if (first.toLowerCase() === 'users' && third.toLowerCase() === 'messages' && segments.length === 3)
    return messages(tenant, user, null, query)
  const isFolder = third.toLowerCase() === 'mailfolders' && fifth.toLowerCase() === 'messages' && segments.length === 5
  if (first.toLowerCase() === 'users' && isFolder) return messages(tenant, user, folder, query)
  if (LACKING.test(first) || LACKING.test(segments.join('/'))) throw notImplemented(`subscriptions to '${resource}'`)
  throw refused(`Resource '${resource}' is not supported for change notifications.`)
}

function cut(path: string): string[] {
  try {
    const segments = segmentsOf(path)
    return /^v1\.0$|^beta$/i.test(segments[0] ?? '') ? segments.slice(1) : segments
  } catch {
    throw refused(`Resource '${path}' is not a valid path.`)
  }
}

function messages(tenant: Tenant, user: string, folder: string | null, query: Query): Target {
  const other = query.names.find((name) => !/^\$?select$/i.test(name))
  if (other) throw notImplemented(`${other} of a subscription to messages`)
  const person = tenant.world.directory.find(user)
  const mailbox = person && tenant.mailbox(person)
  const found = folder === null ? undefined : mailbox?.folder(folder)
  if (!person || !mailbox || (folder !== null && !found))
    throw new GraphError(
      404,
      'ExtensionError',
      'Operation: Create; Exception: [Status Code: NotFound; Reason: The specified object was not found in the store.]',
    )
  const names = query.get('$select') ?? query.get('select')
  const select = readNames(names, SELECTABLE_PROPERTIES, 'Microsoft.OutlookServices.Message') ?? null
  return { kind: 'messages', user: person.id, folder: found?.key ?? null, select }
}

function readFilter(query: Query): string | null {
  const text = query.get('$filter')
  if (!text?.trim()) return null
  parseFilter(text, ALERT_FIELDS, (field) => refused(`Filter property '${field}' is not supported.`))
  return text
}
