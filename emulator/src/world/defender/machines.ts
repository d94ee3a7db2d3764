import { deviceAt } from '#world/devices.ts'
import { numbering } from '#world/numbering.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/**
 * Machines that Defender for Endpoint watches: a workstation for each person with a mailbox of their own, then a dozen
 * servers. A machine is computed when asked for; names are indexed at the first look-up by one.
 */
export interface Machine {
  /** Position: workstations in the order of the directory, then servers. */
  index: number
  /** 40 hexadecimal digits. */
  id: string
  computerDnsName: string
  /** Entra device id. */
  aadDeviceId: string
  osPlatform: 'Windows11' | 'macOS' | 'WindowsServer2022'
  version: string | null
  osBuild: number | null
  osVersion: string | null
  lastIpAddress: string
  lastExternalIpAddress: string
  macAddress: string
  healthStatus: 'Active' | 'Inactive'
  deviceValue: 'Normal' | 'High' | 'Low'
  riskScore: 'None' | 'Informational' | 'Low' | 'Medium' | 'High'
  exposureLevel: 'None' | 'Low' | 'Medium' | 'High'
  rbacGroupId: number
  rbacGroupName: string
  machineTags: string[]
  /** Milliseconds. */
  firstSeen: number
  /** How long ago it was last seen, milliseconds: a machine reports about once a day. */
  silence: number
}

const SERVERS = 12
/** Windows' releases by build. */
const RELEASES: Record<number, string> = { 20_348: '21H2', 22_631: '23H2', 26_100: '24H2', 26_200: '25H2' }
const DAY = 86_400_000

export const machineCount = (world: World): number => world.directory.users + SERVERS

/** The machine at a position. */
export function machineAt(world: World, index: number): Machine {
  const r = random(world.seed, 'machine', index)
  const server = index >= world.directory.users
  const device = server ? undefined : deviceAt(world, 2 * index)
  const mac = device?.operatingSystem === 'MacMDM'
  const build = Number(device?.osVersion.split('.')[2] ?? 20_348)
  const inactive = !server && r.chance(0.04)
  return {
    index,
    id: idAt(world, index),
    computerDnsName: `${device ? device.name.toLowerCase() : serverName(world, index)}.corp.${world.domain}`,
    aadDeviceId: device?.deviceId ?? random(world.seed, 'server', index).guid(),
    osPlatform: server ? 'WindowsServer2022' : mac ? 'macOS' : 'Windows11',
    version: mac ? null : (RELEASES[build] ?? null),
    osBuild: mac ? null : build,
    osVersion: mac ? device.osVersion : null,
    lastIpAddress: `10.${server ? 20 : 40 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    lastExternalIpAddress: device?.ip ?? '192.0.2.4',
    macAddress: `00155D${r.hex(6).toUpperCase()}`,
    healthStatus: inactive ? 'Inactive' : 'Active',
    deviceValue: server ? 'High' : 'Normal',
    riskScore: r.pick(['None', 'None', 'None', 'Informational', 'Low']),
    exposureLevel: r.pick(['Low', 'Low', 'Medium', 'High']),
    rbacGroupId: server ? 20 : 10,
    rbacGroupName: server ? 'Servers' : 'Workstations',
    machineTags: server ? ['server'] : [],
    firstSeen: world.epoch - r.between(40, 700) * DAY,
    silence: inactive ? r.between(8, 25) * DAY : r.between(60, 86_000) * 1000,
  }
}

/** The workstation of a person; undefined for one who has none. */
export const machineOf = (world: World, person: Person): Machine | undefined =>
  person.kind === 'user' ? machineAt(world, person.index) : undefined

/** Who works at a machine; undefined for a server. */
export const ownerOf = (world: World, machine: Machine): Person | undefined =>
  machine.index < world.directory.users ? world.directory.at(machine.index) : undefined

export function* allMachines(world: World): Generator<Machine> {
  for (let i = 0; i < machineCount(world); i++) yield machineAt(world, i)
}

/** By id or DNS name, in any case. */
export function findMachine(world: World, idOrName: string): Machine | undefined {
  const wanted = idOrName.toLowerCase()
  const index = /^[\da-f]{40}$/.test(wanted) ? numberIn(world, wanted) : indexByName(world).get(wanted)
  const machine = index !== undefined && index < machineCount(world) ? machineAt(world, index) : undefined
  return machine && (machine.id === wanted || machine.computerDnsName === wanted) ? machine : undefined
}

const serverName = (world: World, index: number) =>
  `${world.domain.slice(0, 2)}-srv-${String(index - world.directory.users + 1).padStart(2, '0')}`

/** Forty digits that begin with a GUID, which holds the position. */
const idAt = (world: World, index: number): string => {
  const r = random(world.seed, 'machine id', index)
  return `${numbering(world.seed, 'machine').mark(r.guid(), index).replaceAll('-', '')}${r.hex(8)}`
}

const numberIn = (world: World, id: string) =>
  numbering(world.seed, 'machine').numberIn(id.slice(0, 32).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))

const names = new WeakMap<World, Map<string, number>>()

function indexByName(world: World): Map<string, number> {
  let byName = names.get(world)
  if (!byName) {
    byName = new Map()
    for (const { computerDnsName, index } of allMachines(world)) byName.set(computerDnsName, index)
    names.set(world, byName)
  }
  return byName
}
