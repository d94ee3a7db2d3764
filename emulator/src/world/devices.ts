import { homeIp } from './audit/records/record.ts'
import { numbering } from './numbering.ts'
import { random } from './random.ts'
import type { Kind } from './objects.ts'
import type { Person } from './directory.ts'
import type { World } from './world.ts'

/**
 * The computers and phones of the company. Everyone with a mailbox of their own has a computer, and most a phone. The same
 * devices are in Entra ID, in the sign-in log and in Defender for Endpoint.
 */
export interface Device {
  /** Position: twice the owner's, and one more for the phone. */
  index: number
  /** Object id in the directory. */
  id: string
  /** Entra device id: what other services and sign-ins know it by. */
  deviceId: string
  /** `HF-PC-00042` */
  name: string
  kind: 'computer' | 'phone'
  /** Position of the owner in the directory. */
  owner: number
  operatingSystem: 'Windows' | 'MacMDM' | 'IPhone' | 'Android'
  osVersion: string
  manufacturer: string
  model: string
  /** As the directory writes it: joined, joined to the company's own Active Directory too, or only registered. */
  trustType: 'AzureAd' | 'ServerAd' | 'Workplace'
  isCompliant: boolean
  isManaged: boolean
  accountEnabled: boolean
  /** In the owner's office. */
  ip: string
  serialNumber: string
  /** Tenant time, milliseconds. */
  registeredAt: number
}

/** By object id. */
export const devices: Kind<Device> = {
  name: 'device',
  born: (world) => ({
    find: (id) => {
      const index = numbering(world.seed, 'device').numberIn(id)
      const device = index === undefined ? undefined : deviceAt(world, index)
      return device?.id === id ? device : undefined
    },
    *all() {
      for (let index = 0; index < 2 * world.directory.users; index++) {
        const device = deviceAt(world, index)
        if (device) yield [device.id, device]
      }
    },
  }),
}

/** By the id that other services use. */
export function deviceByDeviceId(world: World, deviceId: string): Device | undefined {
  const index = numbering(world.seed, 'device id').numberIn(deviceId)
  const device = index === undefined ? undefined : deviceAt(world, index)
  return device?.deviceId === deviceId.toLowerCase() ? device : undefined
}

/** What a person was given: computer first. */
export function devicesOf(world: World, person: Person): Device[] {
  return [deviceAt(world, 2 * person.index), deviceAt(world, 2 * person.index + 1)].filter((each) => each !== undefined)
}

/** The device at a position, as it was born; undefined where there is none. */
export function deviceAt(world: World, index: number): Device | undefined {
  const owner = Math.floor(index / 2)
  if (owner >= world.directory.users) return undefined
  const r = random(world.seed, 'device', index)
  const isPhone = index % 2 === 1
  if (isPhone && r.chance(0.4)) return undefined
  const person = world.directory.at(owner)
  const make = isPhone ? phone(r.chance(0.6)) : computer(person)
  const number = String(owner).padStart(5, '0')
  return {
    index,
    id: numbering(world.seed, 'device').mark(r.guid(), index),
    deviceId: numbering(world.seed, 'device id').mark(r.guid(), index),
    name: `HF-${make.tag}-${number}`,
    kind: isPhone ? 'phone' : 'computer',
    owner,
    operatingSystem: make.operatingSystem,
    osVersion: r.pick(make.versions),
    manufacturer: make.manufacturer,
    model: r.pick(make.models),
    trustType: isPhone
      ? 'Workplace'
      : person.department === 'Operations' && person.office.office === 'Halifax'
        ? 'ServerAd'
        : 'AzureAd',
    isCompliant: r.chance(0.93),
    isManaged: !isPhone || r.chance(0.7),
    accountEnabled: true,
    ip: homeIp(world, person),
    serialNumber: r.hex(10).toUpperCase(),
    registeredAt: world.epoch - r.between(20, 900) * 86_400_000,
  }
}

interface Make {
  tag: string
  operatingSystem: Device['operatingSystem']
  versions: readonly string[]
  manufacturer: string
  models: readonly string[]
}

const PC: Make = {
  tag: 'PC',
  operatingSystem: 'Windows',
  versions: ['10.0.26100.4652', '10.0.26100.6725', '10.0.26200.7171', '10.0.22631.5768'],
  manufacturer: 'Fairlead',
  models: ['Fairlead 14', 'Fairlead 15', 'Fairlead Desk'],
}

const MAC: Make = {
  tag: 'MAC',
  operatingSystem: 'MacMDM',
  versions: ['15.7.1', '26.0.1', '26.1'],
  manufacturer: 'Apple',
  models: ['MacBook Pro', 'MacBook Air'],
}

/** One in five works on a Mac, as their sign-ins say. */
const computer = ({ index }: Person): Make => (index % 5 === 0 ? MAC : PC)

const phone = (apple: boolean): Make =>
  apple
    ? {
        tag: 'IOS',
        operatingSystem: 'IPhone',
        versions: ['18.7.1', '26.0.1', '26.1'],
        manufacturer: 'Apple',
        models: ['iPhone 15', 'iPhone 16'],
      }
    : {
        tag: 'AND',
        operatingSystem: 'Android',
        versions: ['14', '15', '16'],
        manufacturer: 'Google',
        models: ['Pixel 8', 'Pixel 9'],
      }
