import { CONTENT_TYPES } from '#world/audit/content-types.ts'
import { SERVICES } from '#world/cloud-apps/alerts.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { Reply } from '#http/exchange.ts'
import type { Service } from '#world/cloud-apps/alerts.ts'

import { CloudAppsError } from './errors.ts'
import { READ } from './route.ts'
import { answerList, readAsked } from './list.ts'
import { boundsOf } from './filters.ts'
import type { Call, Route } from './route.ts'
import type { Fields } from './filters.ts'

/** Activities: the events of the audit feed, as Defender for Cloud Apps sees them once they are published. */
export const activityRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/activities', roles: READ, handle: listActivities },
  { method: 'POST', pattern: '/activities', roles: READ, handle: listActivities },
  { method: 'GET', pattern: '/activities/:activity', roles: READ, handle: getActivity },
]

const DAY = 86_400_000
/** Published content goes back this far; an event is published up to a day after it happened. */
const KEPT = 30 * DAY

/** A record is published a second time this much later at most. */
const AGAIN = 600_000

interface Activity {
  id: string
  at: number
  createdAt: number
  operation: string
  user: string
  ip: string | null
  agent: string | null
  service: Service
  object: string | null
}

interface Bounds {
  from: number
  to: number
}

const ANY: Bounds = { from: -Infinity, to: Infinity }

/** Those that happened, and were saved, within bounds: only what is published then is looked through. */
export function activitiesOf(tenant: Call['tenant'], { from, to }: Bounds = ANY, created: Bounds = ANY): Activity[] {
  const { audit, now, world } = tenant
  const [first, last] = [Math.max(from, world.epoch - KEPT), Math.min(to, now)]
  const published = { from: Math.max(first, created.from - AGAIN), to: Math.min(last + DAY, created.to + 1, now + 1) }
  const found = new Map<string, Activity>()
  for (const contentType of CONTENT_TYPES.filter((type) => type !== 'DLP.All'))
    for (const blob of audit.blobs(contentType, published.from, published.to, now))
      for (const record of blob.records()) {
        const activity = asActivity(record, blob.createdAt)
        // Content may hold a record that was published before: it was saved then.
        if (activity && !found.has(activity.id) && activity.at >= first && activity.at <= last)
          found.set(activity.id, activity)
      }
  return [...found.values()]
}

function asActivity(record: AuditRecord, createdAt: number): Activity | undefined {
  const service = serviceOf(String(record['Workload']))
  if (!service) return undefined
  const text = (name: string) => (typeof record[name] === 'string' && record[name] !== '' ? record[name] : null)
  return {
    id: record.Id,
    at: Date.parse(`${String(record['CreationTime'])}Z`),
    createdAt,
    operation: String(record['Operation']),
    user: String(record['UserId']),
    ip: text('ClientIP') ?? text('ClientIPAddress') ?? text('ActorIpAddress'),
    agent: text('UserAgent') ?? text('ClientInfoString'),
    service,
    object: text('ObjectId'),
  }
}

const WORKLOADS: Record<string, Service> = {
  Exchange: 'exchange',
  SharePoint: 'sharepoint',
  OneDrive: 'onedrive',
  AzureActiveDirectory: 'entra',
  MicrosoftTeams: 'teams',
}

const serviceOf = (workload: string): Service | undefined => WORKLOADS[workload]

const FIELDS: Fields<Activity> = {
  date: ({ at }) => at,
  created: ({ createdAt }) => createdAt,
  service: ({ service }) => SERVICES[service].id,
  instance: () => 0,
  actionType: ({ operation }) => operation,
  'activity.actionType': ({ operation }) => operation,
  'activity.eventActionType': ({ operation }) => operation,
  'activity.id': ({ id }) => id,
  'ip.address': ({ ip }) => ip,
  'user.username': ({ user }) => user,
  'user.domain': ({ user }) => user.split('@')[1] ?? null,
  'userAgent.userAgent': ({ agent }) => agent,
  entity: ({ user }) => user,
  text: ({ operation, user, object }) => [operation, user, object ?? ''],
}

function listActivities(call: Call): Reply {
  const asked = readAsked(call)
  const { now } = call.tenant
  const [happened, created] = [boundsOf(asked.filters, 'date', now), boundsOf(asked.filters, 'created', now)]
  return answerList(call, asked, activitiesOf(call.tenant, happened, created), FIELDS, shape)
}

function getActivity(call: Call): Reply {
  const activity = activitiesOf(call.tenant).find(({ id }) => id === call.params['activity'])
  if (!activity) throw new CloudAppsError(404, 'Not found.')
  return { status: 200, body: shape(activity) }
}

const shape = (activity: Activity) => ({
  _id: activity.id,
  timestamp: activity.at,
  created: activity.createdAt,
  timestampRaw: new Date(activity.at).toISOString(),
  appId: SERVICES[activity.service].id,
  appName: SERVICES[activity.service].label,
  saasId: SERVICES[activity.service].id,
  instantiation: activity.createdAt,
  eventTypeName: `EVENT_CATEGORY_${activity.operation.toUpperCase().replaceAll(/\W+/g, '_')}`,
  eventActionType: activity.operation,
  description: `${activity.operation}: ${activity.object ?? activity.user}`,
  user: { userName: activity.user },
  device: { clientIP: activity.ip, userAgent: activity.agent },
  resolvedActor: { name: activity.user, type: 'account' },
  objects: activity.object === null ? [] : [{ type: 'structured', name: activity.object, role: 3 }],
})
