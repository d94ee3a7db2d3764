import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import type { EntityRecord } from './entity.ts'
import { isRemoved, peopleIn, present, remarks } from './entity.ts'

/** A device. Its object's id and its device id differ; logs name either. */
export const device: Step<EntityRecord> = {
  name: 'device',
  run(record, event) {
    const { entity, mentioned } = record
    present(record, event, 'device', ['host', 'info'])
    const object = textOf(entity.id)?.toLowerCase()
    const id = textOf(entity.deviceId)?.toLowerCase() ?? object
    const name = textOf(entity.displayName)?.toLowerCase()
    const os = systemOf(entity)
    event.host = {
      ...(id !== undefined && { id }),
      ...(name !== undefined && { name }),
      ...(Object.keys(os).length > 0 && { os }),
    }
    mentioned.hosts.push(id, object)
    mentioned.users.push(...peopleIn(entity.registeredOwners), ...peopleIn(entity.registeredUsers))
    const called = quote(textOf(entity.displayName) ?? id ?? 'unnamed')
    event.message = isRemoved(entity)
      ? `Device ${called} is deleted.`
      : `Device ${called}${remarks(
          [textOf(entity.operatingSystem), textOf(entity.operatingSystemVersion)].filter((word) => word).join(' '),
          entity.isCompliant === false && 'not compliant',
          entity.accountEnabled === false && 'disabled',
        )}.`
  },
}

function systemOf({ operatingSystem, operatingSystemVersion }: JsonObject): JsonObject {
  const name = textOf(operatingSystem)
  const version = textOf(operatingSystemVersion)
  const type = TYPES.get(name?.toLowerCase().split(' ')[0] ?? '')
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(type !== undefined && { type }),
  }
}

/** Entra's word for the system, and ECS `host.os.type`. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['windows', 'windows'],
  ['macos', 'macos'],
  ['macmdm', 'macos'],
  ['linux', 'linux'],
  ['ios', 'ios'],
  ['iphone', 'ios'],
  ['ipad', 'ios'],
  ['android', 'android'],
  ['androidforwork', 'android'],
  ['androidenterprise', 'android'],
])
