import { Users } from '#world/users.ts'
import { devices } from '#world/devices.ts'
import { groups } from '#world/groups.ts'
import type { Call } from '#services/graph/route.ts'
import type { DirectoryTarget } from '#world/entra/directory-activity.ts'
import type { Ref } from '#world/groups.ts'

import { groupTarget, userTarget } from './audit.ts'
import { principalOf } from './principal-type.ts'
import type { Modified } from './audit.ts'

/** An object of any type as the audit log names it. */
export function targetOf(call: Call, { type, id }: Ref, modified: Modified = []): DirectoryTarget {
  const { tenant } = call
  switch (type) {
    case 'user':
      return userTarget(new Users(tenant, 'written').find(id)!, modified)
    case 'group':
      return groupTarget(tenant.objects(groups).find(id)!, modified)
    case 'device':
      return { type: 'Device', id, displayName: tenant.objects(devices).find(id)!.name, modified }
    case 'servicePrincipal':
      return { type: 'ServicePrincipal', id, displayName: principalOf(call, id)?.displayName ?? id, modified }
  }
}
