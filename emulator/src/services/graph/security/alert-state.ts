import { alertHistories, alerts, incidentHistories } from '#world/security/alerts.ts'
import type { Alert, AlertChange } from '#world/security/alert.ts'
import type { Evidence } from '#world/security/evidence.ts'
import type { History, IncidentChange } from '#world/security/alerts.ts'
import type { Tenant } from '#cloud.ts'
import type { Trace } from '#world/surface.ts'

/** Alerts and incidents as they stand now: as raised, then what the service and its callers did, in the order of time. */
export interface AlertState {
  id: string
  createdAt: number
  alert: Alert
  evidence: readonly Evidence[]
  set: AlertChange
  comments: History<AlertChange>['comments']
  /** When it could first be seen, and every update since; the latest is `updatedAt`. */
  moments: readonly number[]
  updatedAt: number
  resolvedAt: number | null
}

/** Alerts are kept half a year. */
const RETENTION = 180 * 86_400_000

/** Every alert that can be seen, newest first. */
export const alertStates = (tenant: Tenant): AlertState[] =>
  tenant
    .log(alerts)
    .between(tenant.now - RETENTION, tenant.now + 1, tenant.now)
    .map((trace) => stateOf(tenant, trace))
    .toReversed()

export const findAlert = (tenant: Tenant, id: string): AlertState | undefined => {
  const found = tenant
    .log(alerts)
    .between(tenant.now - RETENTION, tenant.now + 1, tenant.now)
    .find((trace) => trace.id === id)
  return found && stateOf(tenant, found)
}

function stateOf(tenant: Tenant, { id, at, publishedAt, record: alert }: Trace<Alert>): AlertState {
  const history = tenant.objects(alertHistories).find(id)
  const updates = alert.updates.filter((update) => update.at <= tenant.now)
  const changes = [...updates, ...(history?.changes ?? [])].sort((a, b) => a.at - b.at)
  const comments = history?.comments ?? []
  const set: AlertChange = Object.assign(
    { status: 'new', investigationState: alert.investigationState } satisfies AlertChange,
    ...changes.map((change) => change.set),
  )
  const resolved = changes.findLast((change) => change.set.status !== undefined)
  const moments = [publishedAt, ...changes.map((change) => change.at), ...comments.map((comment) => comment.at)]
  return {
    id,
    createdAt: at,
    alert,
    evidence: [...alert.evidence, ...updates.flatMap((update) => update.evidence ?? [])],
    set,
    comments,
    moments,
    updatedAt: Math.max(...moments),
    resolvedAt: set.status === 'resolved' && resolved ? resolved.at : null,
  }
}

export interface IncidentState {
  id: string
  /** Oldest first. */
  alerts: readonly AlertState[]
  set: IncidentChange
  comments: History<IncidentChange>['comments']
  createdAt: number
  /** Of its alerts and its own; the latest is `updatedAt`. */
  moments: readonly number[]
  updatedAt: number
}

/** Every incident that can be seen, newest first. */
export function incidentStates(tenant: Tenant): IncidentState[] {
  const groups = Map.groupBy(alertStates(tenant), ({ alert }) => alert.incidentId)
  return [...groups]
    .map(([id, group]) => incidentOf(tenant, id, group.toReversed()))
    .sort((a, b) => b.createdAt - a.createdAt)
}

export const findIncident = (tenant: Tenant, id: string): IncidentState | undefined => {
  const group = alertStates(tenant).filter(({ alert }) => alert.incidentId === id)
  return group.length === 0 ? undefined : incidentOf(tenant, id, group.toReversed())
}

function incidentOf(tenant: Tenant, id: string, group: readonly AlertState[]): IncidentState {
  const history = tenant.objects(incidentHistories).find(id)
  const { changes = [], comments = [] } = history ?? {}
  const set: IncidentChange = Object.assign({}, ...changes.map((change) => change.set))
  const moments = [...group.flatMap((alert) => alert.moments), ...[...changes, ...comments].map(({ at }) => at)]
  return { id, alerts: group, set, comments, createdAt: group[0]!.createdAt, moments, updatedAt: Math.max(...moments) }
}

/** Writes down what a caller did to an alert. */
export const changeAlert = (tenant: Tenant, id: string, set: AlertChange): void =>
  record(tenant, id, (history) => ({ ...history, changes: [...history.changes, { at: tenant.now, set }] }))

export const commentAlert = (tenant: Tenant, id: string, comment: string, by: string): void =>
  record(tenant, id, (history) => ({ ...history, comments: [...history.comments, { at: tenant.now, comment, by }] }))

function record(tenant: Tenant, id: string, next: (history: History<AlertChange>) => History<AlertChange>): void {
  const histories = tenant.objects(alertHistories)
  histories.put(id, next(histories.find(id) ?? { changes: [], comments: [] }))
}

/** Writes down what a caller did to an incident. Resolving one resolves its alerts. */
export function changeIncident(tenant: Tenant, incident: IncidentState, set: IncidentChange): void {
  const histories = tenant.objects(incidentHistories)
  const history = histories.find(incident.id) ?? { changes: [], comments: [] }
  histories.put(incident.id, { ...history, changes: [...history.changes, { at: tenant.now, set }] })
  if (set.status !== 'resolved') return
  const { status, classification, determination } = set
  const judged = {
    ...(classification === undefined ? {} : { classification }),
    ...(determination === undefined ? {} : { determination }),
  }
  for (const alert of incident.alerts)
    if (alert.set.status !== 'resolved') changeAlert(tenant, alert.id, { status, ...judged })
}

export function commentIncident(tenant: Tenant, id: string, comment: string, by: string): void {
  const histories = tenant.objects(incidentHistories)
  const history = histories.find(id) ?? { changes: [], comments: [] }
  histories.put(id, { ...history, comments: [...history.comments, { at: tenant.now, comment, by }] })
}
