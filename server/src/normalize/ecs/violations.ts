import type { EcsEvent } from '#domain/event.ts'
import { isObject } from '#normalize/json.ts'
import { ecsField, isAboveEcsFields } from './fields.ts'
import type { EcsField } from './fields.ts'
import { readField } from './read-field.ts'

/** Fields of every event that ECS has and other programs' events are not read by. */
const OF_EVENTS: Readonly<Record<string, EcsField>> = {
  '@timestamp': { type: 'date', isList: false },
  'event.dataset': { type: 'keyword', isList: false },
}

/** Names under which products keep what ECS has no word for. */
const PRODUCTS = new Set([
  'azure',
  'cloud_apps',
  'cordon',
  'defender_cloud',
  'entityanalytics_entra_id',
  'http_intake',
  'm365_defender',
  'microsoft_intune',
  'o365',
])

/** The paths of an event's fields that neither ECS has, with a value of their type in its one spelling, nor lie under a product's name. */
export function ecsViolations(event: EcsEvent): string[] {
  return Object.entries(event).flatMap(([name, value]) => (PRODUCTS.has(name) ? [] : violationsAt(name, value)))
}

function violationsAt(path: string, value: unknown): string[] {
  const field = OF_EVENTS[path] ?? ecsField(path)
  if (field !== undefined) return isSpelled(field, value) ? [] : [`${path} (${field.type}): ${JSON.stringify(value)}`]
  if (!isAboveEcsFields(path)) return [path]
  return [value].flat().flatMap((one) => {
    if (!isObject(one)) return [path]
    return Object.entries(one).flatMap(([name, inner]) => violationsAt(`${path}.${name}`, inner))
  })
}

/** ECS takes several values for any field; what it defines as a list is one always. */
function isSpelled(field: EcsField, value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value]
  if (values.length === 0 || (field.isList && !Array.isArray(value))) return false
  return values.every((one) => JSON.stringify(readField({ ...field, isList: false }, one)) === JSON.stringify(one))
}
