import { auditDeed } from '#world/audit/audit-log.ts'
import { directoryChange, directoryChangeIds } from '#world/audit/records/entra.ts'
import { leave } from '#world/surface.ts'
import { occasions } from '#world/audit/schedule.ts'
import { random } from '#world/random.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'
import type { Person } from '#world/directory.ts'
import type { Surface, Trace } from '#world/surface.ts'
import type { Tenant } from '#cloud.ts'
import type { World } from '#world/world.ts'

import { changeOf } from './directory-activity.ts'
import { entraEvent } from './everyday.ts'
import { inBlocks } from './blocks.ts'
import { publishedAt } from './publication.ts'
import type { ActingApplication } from '#world/audit/records/entra.ts'
import type { DirectoryActivity, DirectoryTarget } from './directory-activity.ts'

/**
 * The directory's audit log as Graph has it. Each record has a twin in the audit feed: `correlationId` is the feed's
 * `InterSystemsId`, and the GUID within `id` its `IntraSystemsId`.
 */
export const directoryAudits: Surface<DirectoryAudit> = { name: 'directoryAudit', everyday: inBlocks(everyday) }

/** A directory audit in Graph's words. */
export interface DirectoryAudit extends Record<string, unknown> {
  id: string
  activityDateTime: string
  activityDisplayName: string
  category: string
  correlationId: string
  result: string
  loggedByService: string
  initiatedBy: {
    app: { appId: string | null; displayName: string; servicePrincipalId: string; servicePrincipalName: null } | null
    user: { id: string; displayName: string | null; userPrincipalName: string; ipAddress: string } | null
  }
  targetResources: { id: string }[]
}

export function directoryAudit(world: World, activity: DirectoryActivity): DirectoryAudit {
  const { correlationId, transactionId } = directoryChangeIds(world, activity.id)
  const r = random(world.seed, 'directory audit', activity.id)
  const suffix = `${r.hex(5).toUpperCase()}_${r.between(10_000_000, 99_999_999)}`
  return {
    id: `Directory_${transactionId}_${suffix}`,
    activityDateTime: `${new Date(activity.at).toISOString().slice(0, -1)}${String(r.between(0, 9999)).padStart(4, '0')}Z`,
    activityDisplayName: activity.activityDisplayName,
    additionalDetails: activity.details ?? [],
    category: activity.category,
    correlationId,
    initiatedBy: initiator(activity),
    loggedByService: activity.loggedByService ?? 'Core Directory',
    operationType: activity.operationType,
    result: activity.failure === undefined ? 'success' : 'failure',
    resultReason: activity.failure ?? activity.remark ?? '',
    targetResources: activity.targets.map((target) => ({
      id: target.id,
      displayName: target.displayName ?? null,
      type: target.type,
      userPrincipalName: target.userPrincipalName ?? null,
      groupType: target.groupType ?? null,
      modifiedProperties: target.modified.map((each) => ({
        displayName: each.name,
        oldValue: each.old,
        newValue: each.new,
      })),
    })),
  }
}

function initiator({ actor, ip }: DirectoryActivity): DirectoryAudit['initiatedBy'] {
  if ('userPrincipalName' in actor) {
    const { id, userPrincipalName } = actor
    return { app: null, user: { id, displayName: null, userPrincipalName, ipAddress: ip } }
  }
  const { displayName, servicePrincipalId } = actor
  // The application's id is left out on the wire; its service principal names it.
  return { user: null, app: { appId: null, displayName, servicePrincipalId, servicePrincipalName: null } }
}

/** The record for a scenario to leave behind: `leave(directoryAudits, directoryAuditTrace(world, activity))`. */
export function directoryAuditTrace(world: World, activity: DirectoryActivity): Trace<DirectoryAudit> {
  const record = directoryAudit(world, activity)
  return { id: record.id, at: activity.at, publishedAt: publishedAt(world, record.id, activity.at), record }
}

function* everyday(world: World, from: number, to: number, live: LiveActivity): Generator<Trace<DirectoryAudit>> {
  for (const occasion of occasions(world, live, 'Audit.AzureActiveDirectory', from, to)) {
    const event = entraEvent(occasion)
    if ('activity' in event) yield directoryAuditTrace(world, event.activity)
  }
}

/** What a client changed, told by the service that changed it. */
export interface ChangeMade {
  /** `Disable account`, `Add app role assignment to service principal`, … */
  activityDisplayName: string
  category: string
  operationType: DirectoryActivity['operationType']
  /** The application that called, or the person on whose behalf. */
  by: { appId: string } | Person
  targets: readonly DirectoryTarget[]
  /** `Core Directory` unless given. */
  loggedByService?: string
  /** Why it was refused; absent for what worked. */
  failure?: string
  details?: readonly { key: string; value: string }[]
}

/** Leaves what a client changed in both logs: Graph's at its usual delay, the feed's a moment later. */
export function directoryAuditOf(tenant: Tenant, change: ChangeMade): void {
  const { by, ...rest } = change
  const activity: DirectoryActivity = {
    ...rest,
    id: tenant.newId('directory audit'),
    at: tenant.now,
    actor: 'userPrincipalName' in by ? by : actingApplication(tenant, by.appId),
    ip: '127.0.0.1',
  }
  tenant.leave(leave(directoryAudits, directoryAuditTrace(tenant.world, activity)))
  const record = directoryChange(tenant.world, changeOf(activity))
  tenant.leave(auditDeed('Audit.AzureActiveDirectory', activity.at, record))
}

export function actingApplication(tenant: Tenant, appId: string): ActingApplication {
  const found = tenant.applications.find(({ clientId }) => clientId === appId)
  return { appId, displayName: found?.name ?? appId, servicePrincipalId: found?.servicePrincipalId ?? appId }
}
