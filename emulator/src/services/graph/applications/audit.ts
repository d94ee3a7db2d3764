import { directoryAuditOf } from '#world/entra/directory-audits.ts'
import type { Application } from '#world/applications.ts'
import type { Call } from '#services/graph/route.ts'
import type { ChangeMade } from '#world/entra/directory-audits.ts'
import type { DirectoryTarget } from '#world/entra/directory-activity.ts'
import type { ServicePrincipal } from '#world/entra/service-principals.ts'

type Modified = DirectoryTarget['modified']
type Operation = ChangeMade['operationType']

/** Leaves a change of a registration in the audit log. */
export function auditApplication(
  call: Call,
  activity: string,
  operationType: Operation,
  { objectId, name }: Application,
  modified: Modified = [],
): void {
  audit(call, activity, operationType, [{ type: 'Application', id: objectId, displayName: name, modified }])
}

/** Leaves a change of a service principal in the audit log: of its own, or of what was granted to it and to `others`. */
export function auditPrincipal(
  call: Call,
  activity: string,
  operationType: Operation,
  { id, displayName }: Pick<ServicePrincipal, 'id' | 'displayName'>,
  modified: Modified = [],
  others: readonly DirectoryTarget[] = [],
): void {
  audit(call, activity, operationType, [{ type: 'ServicePrincipal', id, displayName, modified }, ...others])
}

const audit = (call: Call, activityDisplayName: string, operationType: Operation, targets: DirectoryTarget[]) =>
  directoryAuditOf(call.tenant, {
    activityDisplayName,
    category: 'ApplicationManagement',
    operationType,
    by: { appId: call.appId },
    targets,
  })
