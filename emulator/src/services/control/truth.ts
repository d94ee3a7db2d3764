import { Membership } from '#world/groups.ts'
import { SIGN_INS } from '#world/entra/sign-ins.ts'
import { activityLog } from '#world/azure/activity-log.ts'
import { alerts } from '#world/security/alerts.ts'
import { cloudAppAlerts } from '#world/cloud-apps/alerts.ts'
import { Users } from '#world/users.ts'
import { allAssignments } from '#world/roles.ts'
import { devices } from '#world/devices.ts'
import { directoryAudits } from '#world/entra/directory-audits.ts'
import { riskDetections, riskyUsers } from '#world/entra/risk.ts'
import { withDecision } from '#services/graph/audit/identity-protection.ts'
import type { Surface } from '#world/surface.ts'
import type { Tenant } from '#cloud.ts'

import { ControlError } from './request.ts'
import type { Span } from './request.ts'

/** The logs that can be compared with what a client has found, by name. */
const LOGS = new Map(
  [...Object.values(SIGN_INS), directoryAudits, riskDetections, alerts, cloudAppAlerts, activityLog].map(
    (surface: Surface<unknown>) => [surface.name, surface],
  ),
)

/** What happened in the span and can be read by now, oldest first. @throws ControlError 404. */
export function logTruth(tenant: Tenant, name: string, { from, to }: Span) {
  const surface = LOGS.get(name)
  if (!surface) throw new ControlError(404, 'LogNotFound', `There are the logs ${[...LOGS.keys()].join(', ')}.`)
  const start = Math.max(from, tenant.now - LONGEST)
  const traces = tenant.log(surface).between(start, Math.min(to, tenant.now + 1), tenant.now)
  return { records: traces.map(({ id, at }) => ({ id, at: new Date(at).toISOString() })) }
}

/** What Identity Protection holds by now, as far as it changed in the span. */
export function riskTruth(tenant: Tenant, { from, to }: Span) {
  const users = tenant.objects(riskyUsers)
  const start = tenant.now - LONGEST
  const within = (time: string) => Date.parse(time) >= from && Date.parse(time) < to
  return {
    detections: tenant
      .log(riskDetections)
      .between(start, tenant.now + 1, tenant.now)
      .map((trace) => withDecision(trace, users.find(trace.record.userId)).record)
      .map(({ id, lastUpdatedDateTime }) => ({ id, lastUpdatedDateTime }))
      .filter(({ lastUpdatedDateTime }) => within(lastUpdatedDateTime)),
    users: [...users.all()]
      .map(({ id, riskLastUpdatedDateTime }) => ({ id, riskLastUpdatedDateTime }))
      .filter(({ riskLastUpdatedDateTime }) => within(riskLastUpdatedDateTime)),
  }
}

/** Who and what there is, each with something that clients can change of it. */
export function directoryTruth(tenant: Tenant) {
  const users = Array.from(new Users(tenant, 'written').from(0), ([, { id, person, changes }]) => ({
    id,
    jobTitle: 'jobTitle' in changes.set ? changes.set['jobTitle'] : (person?.jobTitle ?? null),
  }))
  const held = Map.groupBy(allAssignments(tenant), ({ roleDefinitionId }) => roleDefinitionId)
  return {
    users,
    groups: [...new Membership(tenant).all()].map(({ id, description }) => ({ id, description })),
    devices: [...tenant.objects(devices).all()].map(({ id, accountEnabled }) => ({ id, accountEnabled })),
    directoryRoles: Array.from(held, ([roleTemplateId, assignments]) => ({
      roleTemplateId,
      members: assignments.map(({ principalId }) => principalId).sort(),
    })),
  }
}

/** No log is kept longer. */
const LONGEST = 90 * 86_400_000
