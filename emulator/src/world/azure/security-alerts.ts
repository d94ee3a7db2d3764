import { listed } from '#world/objects.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

import { azureTime } from './activity-event.ts'
import { locationOf, resourceId, resourcesOf } from './subscriptions.ts'
import type { Resource } from './subscriptions.ts'

/** An alert of Defender for Cloud. Times are ISO 8601. */
export interface SecurityAlert {
  /** Name of the resource: `<19 digits>_<GUID>`, the same as its system alert id. */
  name: string
  subscription: string
  group: string
  /** Where Defender for Cloud keeps the subscription's alerts: `westeurope`. */
  location: string
  alertType: string
  alertDisplayName: string
  description: string
  severity: 'Informational' | 'Low' | 'Medium' | 'High'
  intent: string
  techniques: readonly string[]
  startTimeUtc: string
  endTimeUtc: string
  timeGeneratedUtc: string
  processingEndTimeUtc: string
  status: 'Active' | 'InProgress' | 'Resolved' | 'Dismissed'
  productComponentName: string
  /** Resource id of what is concerned. */
  resource: string
  compromisedEntity: string
  remediationSteps: readonly string[]
  extendedProperties: Record<string, string>
}

/** By name. A scenario plants one with `plant(securityAlerts, alert.name, at, securityAlert(world, …))`. */
export const securityAlerts: Kind<SecurityAlert> = {
  name: 'azure.securityAlert',
  born: listed(({ name }) => name, everydayAlerts),
}

/** What is to be said of an alert; the rest follows. */
export interface AlertStory {
  /** Tells alerts apart. */
  key: string
  /** When it was noticed: tenant time, milliseconds. */
  at: number
  on: Resource
  type: string
  title: string
  description: string
  severity: SecurityAlert['severity']
  intent: string
  techniques: readonly string[]
  plan: string
  status?: SecurityAlert['status']
  properties?: Record<string, string>
}

export function securityAlert(world: World, story: AlertStory): SecurityAlert {
  const { at, on, key } = story
  const r = random(world.seed, 'security alert', key)
  const ticks = 621_355_968_000_000_000n + BigInt(at) * 10_000n + BigInt(r.between(0, 9999))
  const time = (what: string, late: number) => azureTime(world, `${key} ${what}`, at + late)
  return {
    name: `${ticks}_${r.guid()}`,
    subscription: on.subscription,
    group: on.group,
    location: locationOf(world),
    alertType: story.type,
    alertDisplayName: story.title,
    description: story.description,
    severity: story.severity,
    intent: story.intent,
    techniques: story.techniques,
    startTimeUtc: time('start', -60_000),
    endTimeUtc: time('end', 0),
    timeGeneratedUtc: time('generated', 120_000),
    processingEndTimeUtc: time('processed', 180_000),
    status: story.status ?? 'Active',
    productComponentName: story.plan,
    resource: resourceId(on),
    compromisedEntity: on.name,
    remediationSteps: ['Find out whether what the alert tells of was meant to be.', 'Block it where it was not.'],
    extendedProperties: { resourceType: on.type.split('/').at(-1)!, ...story.properties },
  }
}

const DAY = 86_400_000

type Told = Omit<AlertStory, 'key' | 'at' | 'on'> & { daysAgo: number; name: RegExp }

const TOLD: readonly Told[] = [
  {
    daysAgo: 2.3,
    name: /logs$/,
    type: 'Storage.Blob_GeoAnomaly',
    title: 'Access from an unusual location to a storage blob container',
    description: 'Somebody read blobs of the storage account from a place from which nobody had read them before.',
    severity: 'Low',
    intent: 'InitialAccess',
    techniques: ['T1078'],
    plan: 'Storage',
  },
  {
    daysAgo: 4.6,
    name: /^customs-feed-vm$/,
    type: 'VM_SSHBruteForceFailed',
    title: 'Failed SSH brute force attack',
    description: 'Many attempts to log on by SSH were seen. None of them worked.',
    severity: 'Medium',
    intent: 'Probing',
    techniques: ['T1110'],
    plan: 'VirtualMachines',
  },
  {
    daysAgo: 9.1,
    name: /-kv$/,
    type: 'KV_OperationVolumeAnomaly',
    title: 'High volume of operations in a key vault',
    description: 'The number of operations in the key vault is far above what is usual for it.',
    severity: 'Medium',
    intent: 'CredentialAccess',
    techniques: ['T1555'],
    plan: 'KeyVaults',
    status: 'Dismissed',
  },
  {
    daysAgo: 13.4,
    name: /-berths$/,
    type: 'SQL.DB_PrincipalAnomaly',
    title: 'Login from a principal user not seen in 60 days',
    description: 'A principal that had not been seen for two months logged on to the database server.',
    severity: 'Medium',
    intent: 'Exploitation',
    techniques: ['T1078'],
    plan: 'SqlServers',
    status: 'Resolved',
  },
  {
    daysAgo: 19.8,
    name: /^sandbox-vm-01$/,
    type: 'VM_SuspiciousPackageDownload',
    title: 'Suspicious installation of a package',
    description: 'A package that is rarely installed on machines of this kind was installed.',
    severity: 'Informational',
    intent: 'Execution',
    techniques: ['T1204'],
    plan: 'VirtualMachines',
    status: 'Dismissed',
  },
  {
    daysAgo: 0.7,
    name: /^berth-planner-function$/,
    type: 'ARM_AnomalousServiceOperation.CredentialAccess',
    title: 'Suspicious invocation of a high-risk credential access operation detected',
    description: 'A program read settings that hold credentials, which it rarely does.',
    severity: 'Medium',
    intent: 'CredentialAccess',
    techniques: ['T1552'],
    plan: 'Arm',
  },
]

function everydayAlerts(world: World): SecurityAlert[] {
  const resources = resourcesOf(world)
  return TOLD.map(({ daysAgo, name, ...told }) => {
    const on = resources.find((resource) => name.test(resource.name))!
    return securityAlert(world, { ...told, on, key: told.type, at: Math.floor(world.epoch - daysAgo * DAY) })
  }).sort((a, b) => (a.timeGeneratedUtc < b.timeGeneratedUtc ? 1 : -1))
}
