import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { device } from './device.ts'
import { directoryRole } from './directory-role.ts'
import type { EntityRecord } from './entity.ts'
import { group } from './group.ts'
import { other } from './other.ts'
import { user } from './user.ts'

/** Graph's type of each kind, and a field that no other kind has: a listing of one kind leaves the type out. */
const KINDS: readonly [type: string, field: string, step: Step<EntityRecord>][] = [
  ['#microsoft.graph.user', 'userPrincipalName', user],
  ['#microsoft.graph.device', 'deviceId', device],
  ['#microsoft.graph.device', 'operatingSystem', device],
  ['#microsoft.graph.directoryRole', 'roleTemplateId', directoryRole],
  ['#microsoft.graph.group', 'securityEnabled', group],
]

/** The step that knows the record's kind. */
export function kindOf(entity: JsonObject): Step<EntityRecord> {
  const type = textOf(entity['@odata.type'])
  const known =
    KINDS.find(([name]) => name === type) ?? KINDS.find(([, field]) => type === undefined && field in entity)
  return known?.[2] ?? other
}
