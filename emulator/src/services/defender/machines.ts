import { allMachines, findMachine } from '#world/defender/machines.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Machine } from '#world/defender/machines.ts'
import type { Reply } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { READ_MACHINES, context } from './route.ts'
import { invalidInput, notFound } from './errors.ts'
import { list } from './list.ts'
import type { Call, Route } from './route.ts'

/** Machines: list, one by id or DNS name, those that had an address at a time. */
export const machineRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/machines', roles: READ_MACHINES, handle: listMachines },
  { method: 'GET', pattern: '/machines/:machine', roles: READ_MACHINES, handle: getMachine },
]

const FIELDS: Fields = {
  id: 'string',
  computerDnsName: 'string',
  version: 'string',
  deviceValue: 'string',
  aadDeviceId: 'string',
  machineTags: 'strings',
  lastSeen: 'date',
  exposureLevel: 'string',
  onboardingStatus: 'string',
  lastIpAddress: 'string',
  healthStatus: 'string',
  osPlatform: 'string',
  riskScore: 'string',
  rbacGroupId: 'number',
}

/** The machine a path names. @throws DefenderError ResourceNotFound. */
export function machineOf(call: Call): Machine {
  const wanted = call.params['machine']!
  const machine = findMachine(call.tenant.world, wanted)
  if (!machine) throw notFound(`Machine ${wanted}`)
  return machine
}

const shapes = function* ({ tenant }: Call) {
  for (const machine of allMachines(tenant.world)) yield shape(tenant, machine)
}

function listMachines(call: Call): Reply {
  return list(call, 'Machines', FIELDS, shapes(call))
}

function getMachine(call: Call): Reply {
  const name = call.params['machine']!
  if (/^findbyip\(/i.test(name)) return findByIp(call, name)
  const machine = shape(call.tenant, machineOf(call))
  return { status: 200, body: { '@odata.context': context('Machines/$entity'), ...machine } }
}

const QUARTER = 15 * 60_000

/** `findbyip(ip='10.40.0.3',timestamp=2026-11-20T08:00:00Z)`: seen within a quarter of an hour of that time. */
function findByIp(call: Call, text: string): Reply {
  const [, ip, stamp] = /^findbyip\(ip='([^']*)',timestamp=([^)]*)\)$/i.exec(text) ?? []
  const time = Date.parse(stamp ?? '')
  if (!ip || Number.isNaN(time)) throw invalidInput('findbyip needs an ip and a timestamp.')
  const { tenant } = call
  const found = [...allMachines(tenant.world)].filter(
    (machine) => machine.lastIpAddress === ip && Math.abs(tenant.now - machine.silence - time) <= QUARTER,
  )
  return {
    status: 200,
    body: { '@odata.context': context('Machines'), value: found.map((machine) => shape(tenant, machine)) },
  }
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '0000Z')

/** A machine as it is on the wire. */
function shape({ now }: Tenant, machine: Machine) {
  return {
    id: machine.id,
    mergedIntoMachineId: null,
    isPotentialDuplication: false,
    isExcluded: false,
    exclusionReason: null,
    computerDnsName: machine.computerDnsName,
    firstSeen: time(machine.firstSeen),
    lastSeen: time(now - machine.silence),
    osPlatform: machine.osPlatform,
    osVersion: machine.osVersion,
    osProcessor: machine.osPlatform === 'macOS' ? 'ARM64' : 'x64',
    osArchitecture: '64-bit',
    version: machine.version,
    osBuild: machine.osBuild,
    lastIpAddress: machine.lastIpAddress,
    lastExternalIpAddress: machine.lastExternalIpAddress,
    agentVersion: '10.8800.26100.4770',
    healthStatus: machine.healthStatus,
    deviceValue: machine.deviceValue,
    rbacGroupId: machine.rbacGroupId,
    rbacGroupName: machine.rbacGroupName,
    riskScore: machine.riskScore,
    exposureLevel: machine.exposureLevel,
    isAadJoined: true,
    aadDeviceId: machine.aadDeviceId,
    machineTags: machine.machineTags,
    onboardingStatus: 'Onboarded',
    defenderAvStatus: 'Updated',
    managedBy: 'Intune',
    ipAddresses: [
      {
        ipAddress: machine.lastIpAddress,
        macAddress: machine.macAddress,
        type: 'Ethernet',
        operationalStatus: 'Up',
      },
    ],
  }
}
