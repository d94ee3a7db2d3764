import { leave } from '#world/surface.ts'
import { localHour } from '#world/entra/places.ts'
import { random } from '#world/random.ts'
import { PROGRAMS } from '#world/entra/sign-ins.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'
import type { Surface, Trace } from '#world/surface.ts'
import type { Tenant } from '#cloud.ts'
import type { World } from '#world/world.ts'

import { administratorsOf } from './administrators.ts'
import { activityEvent } from './activity-event.ts'
import { AZURE_ROLES } from './roles.ts'
import { groupId, groupsOf, resourceId, resourcesOf } from './subscriptions.ts'
import type { ActivityEvent, Operation, Program, Stage } from './activity-event.ts'
import type { Random } from '#world/random.ts'

/**
 * Azure's activity log: what administrators and programs did to resources. An operation leaves a record when it begins and
 * one when it ends, with the same correlation id, some minutes later each.
 */
export const activityLog: Surface<ActivityEvent> = { name: 'azure.activity', everyday }

/** The records of an operation, for a scenario to leave behind: `activityTraces(…).map((trace) => leave(activityLog, trace))`. */
export function activityTraces(world: World, operation: Operation): Trace<ActivityEvent>[] {
  const r = random(world.seed, 'activity stages', operation.correlationId)
  const took = r.between(300, (operation.title.startsWith('Create or Update Deployment') ? 240 : 20) * 1000)
  const end = operation.failure ? ('Failed' as const) : ('Succeeded' as const)
  const moments: [Stage['status'], number][] = [
    ['Started', operation.at],
    ...(took > 60_000 ? [['Accepted', operation.at + 2000] as [Stage['status'], number]] : []),
    [end, operation.at + took],
  ]
  return moments.map(([status, at]) => {
    const id = r.guid()
    const submittedAt = at + publicationDelay(r)
    const record = activityEvent(world, operation, { id, at, submittedAt, status })
    return { id, at, publishedAt: submittedAt, record }
  })
}

/** Mostly three to ten minutes, sometimes twenty. */
const publicationDelay = (r: Random) => (r.chance(0.1) ? r.between(600, 1200) : r.between(180, 600)) * 1000

/** Leaves the records of what a client did. */
export function recordOperation(tenant: Tenant, operation: Omit<Operation, 'at' | 'correlationId'>): void {
  const whole = { ...operation, at: tenant.now, correlationId: tenant.newId('azure operation') }
  for (const trace of activityTraces(tenant.world, whole)) tenant.leave(leave(activityLog, trace))
}

const HOUR = 3_600_000
/** Nothing takes longer, so that a record of an hour belongs to an operation of that hour or the one before. */
const LONGEST = HOUR

function* everyday(world: World, from: number, to: number, live: LiveActivity): Generator<Trace<ActivityEvent>> {
  const traces: Trace<ActivityEvent>[] = []
  for (let hour = Math.floor((from - LONGEST) / HOUR) * HOUR; hour < to; hour += HOUR)
    for (const operation of operationsOf(world, hour)) {
      if (!happens(world, operation.at, live)) continue
      traces.push(...activityTraces(world, operation).filter(({ at }) => at >= from && at < to))
    }
  yield* traces.sort((a, b) => a.at - b.at)
}

const happens = (world: World, at: number, live: LiveActivity) =>
  at < world.epoch || live === 'normal' || (live === 'quiet' && Math.floor(at / HOUR) % 10 === 0)

function operationsOf(world: World, hour: number): Operation[] {
  const r = random(world.seed, 'activity', hour)
  const local = localHour('Rotterdam', hour)
  const many = r.between(0, local >= 7 && local < 19 ? 5 : 1)
  return Array.from({ length: many }, () => {
    const at = hour + r.between(0, HOUR - 1)
    return everydayOperation(world, r, at)
  })
}

interface Habit {
  /** Type of the resource it is done to; nothing for a resource group. */
  type?: string
  action: string
  title: string
  method: Operation['method']
  /** How often, compared with the others. */
  weight: number
  byProgram?: true
}

const HABITS: readonly Habit[] = [
  habit(8, 'Microsoft.Resources/deployments/write', 'Create or Update Deployment', 'PUT'),
  habit(9, 'Microsoft.Storage/storageAccounts/listKeys/action', 'List Storage Account Keys'),
  habit(5, 'Microsoft.Web/sites/config/list/action', 'List Web App Security Sensitive Settings'),
  habit(4, 'Microsoft.Web/sites/restart/action', 'Restart Web App'),
  habit(4, 'Microsoft.Compute/virtualMachines/start/action', 'Start Virtual Machine'),
  habit(4, 'Microsoft.Compute/virtualMachines/deallocate/action', 'Deallocate Virtual Machine'),
  habit(
    2,
    'Microsoft.EventHub/namespaces/authorizationRules/listKeys/action',
    'List Namespace AuthorizationRules Keys',
  ),
  habit(2, 'Microsoft.Network/networkSecurityGroups/securityRules/write', 'Create or Update Security Rule', 'PUT'),
  habit(2, 'Microsoft.Insights/diagnosticSettings/write', 'Create or update resource diagnostic setting', 'PUT'),
  habit(1, 'Microsoft.KeyVault/vaults/write', 'Update Key Vault', 'PUT'),
  habit(1, 'Microsoft.Authorization/roleAssignments/write', 'Create role assignment', 'PUT'),
]

function habit(weight: number, action: string, title: string, method: Operation['method'] = 'POST'): Habit {
  const type = /^Microsoft\.(Resources|Authorization|Insights)\//.test(action)
    ? undefined
    : action.split('/').slice(0, 2).join('/')
  return {
    weight,
    action,
    title,
    method,
    ...(type === undefined ? {} : { type }),
    ...(/listKeys|config\/list/.test(action) ? { byProgram: true as const } : {}),
  }
}

const TOTAL = HABITS.reduce((sum, { weight }) => sum + weight, 0)

function everydayOperation(world: World, r: Random, at: number): Operation {
  let draw = r.between(1, TOTAL)
  const chosen = HABITS.find(({ weight }) => (draw -= weight) <= 0)!
  const { action, title, method } = chosen
  const resourceIdOf = chosen.type === undefined ? pickGroup(world, r) : pickResource(world, r, chosen.type)
  const by = chosen.byProgram && r.chance(0.5) ? program(world, r) : r.pick(administratorsOf(world))
  const operation = { at, action, title, method: method!, by, correlationId: r.guid() }
  if (action === 'Microsoft.Authorization/roleAssignments/write') return assigning(world, r, operation, resourceIdOf)
  return {
    ...operation,
    resourceId: `${resourceIdOf}${belowOf(action, r)}`,
    ...(r.chance(0.04)
      ? { failure: { code: 'Conflict', message: 'Another operation on this resource is in progress.' } }
      : {}),
  }
}

/** What the operation is done to, below the resource. */
function belowOf(action: string, r: Random): string {
  if (action.includes('/deployments/'))
    return `/providers/Microsoft.Resources/deployments/release-${r.between(1000, 9999)}`
  if (action.includes('/authorizationRules/')) return '/authorizationRules/RootManageSharedAccessKey'
  if (action.includes('/securityRules/')) return `/securityRules/allow-terminal-${r.between(1, 9)}`
  if (action.includes('/diagnosticSettings/')) return '/providers/Microsoft.Insights/diagnosticSettings/to-event-hub'
  return ''
}

function assigning(world: World, r: Random, operation: Omit<Operation, 'resourceId'>, scope: string): Operation {
  const role = r.pick(AZURE_ROLES.filter(({ name }) => name.endsWith('Reader')))
  const principal = world.directory.at(r.between(0, world.directory.users - 1))
  const assignment = `${scope}/providers/Microsoft.Authorization/roleAssignments/${r.guid()}`
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${role.id}`
  const properties = { principalId: principal.id, principalType: 'User', roleDefinitionId, scope }
  return {
    ...operation,
    resourceId: assignment,
    properties: { requestbody: JSON.stringify({ properties }) },
  }
}

const pickGroup = (world: World, r: Random) => groupId(r.pick(groupsOf(world)))

const pickResource = (world: World, r: Random, type: string) =>
  resourceId(r.pick(resourcesOf(world).filter((resource) => resource.type === type)))

/** One of those that sign in with a managed identity: same ids as in the sign-in log. */
function program(world: World, r: Random): Program {
  const name = r.pick(PROGRAMS.managedIdentity)
  const own = random(world.seed, 'program', name)
  return { appId: own.guid(), servicePrincipalId: own.guid(), ip: `192.0.2.${own.between(241, 250)}` }
}
