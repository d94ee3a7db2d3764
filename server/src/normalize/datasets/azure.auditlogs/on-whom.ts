import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseIdentity, parseUser } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'

/** On whom and on what: the first user or service principal of the targets, the group, the device; all of them are related. */
export const onWhom: Step<LogRecord> = {
  name: 'on-whom',
  run({ properties, mentioned }, event) {
    const targets = objectsOf(properties.targetResources)
    const target = targetOf(targets)
    if (target !== undefined) event.user = { ...(isObject(event.user) ? event.user : {}), target }
    const group = groupOf(targets)
    if (group !== undefined) event.group = group
    const device = targets.find(({ type }) => type === 'Device')
    const name = textOf(device?.displayName)?.toLowerCase()
    const id = textOf(device?.id)?.toLowerCase()
    if (name !== undefined || id !== undefined) {
      event.host = { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
    }
    for (const { id: object, userPrincipalName, type } of targets) {
      mentioned.users.push(parseUser(userPrincipalName)?.email)
      if (type === 'User' || type === 'ServicePrincipal') mentioned.users.push(parseUser(object)?.id)
    }
  },
}

/** Users before service principals: "Add app role assignment" names both, and so does "Add owner". */
export function targetOf(targets: readonly JsonObject[]): UserFields | undefined {
  const target =
    targets.find(({ type, userPrincipalName }) => type === 'User' || textOf(userPrincipalName) !== undefined) ??
    targets.find(({ type }) => type === 'ServicePrincipal')
  if (target === undefined) return undefined
  const { id, userPrincipalName, displayName } = target
  return parseIdentity({ id, upn: userPrincipalName ?? displayName, displayName })
}

/** Entra names the group of a membership among the properties that changed of the member. */
export function groupOf(targets: readonly JsonObject[]): JsonObject | undefined {
  const group = targets.find(({ type }) => type === 'Group')
  const id = textOf(group?.id) ?? changed(targets, 'Group.ObjectID')
  const name = textOf(group?.displayName) ?? changed(targets, 'Group.DisplayName')
  if (id === undefined && name === undefined) return undefined
  return { ...(id !== undefined && { id: id.toLowerCase() }), ...(name !== undefined && { name }) }
}

/** The name of the role, which Entra names as it does a group. */
export function roleOf(targets: readonly JsonObject[]): string | undefined {
  return changed(targets, 'Role.DisplayName') ?? textOf(targets.find(({ type }) => type === 'Role')?.displayName)
}

/** What a property of any target is after the change, or was before where it is no more. */
function changed(targets: readonly JsonObject[], property: string): string | undefined {
  for (const { modifiedProperties } of targets) {
    const change = isObject(modifiedProperties) ? modifiedProperties[property] : undefined
    const value = isObject(change) ? (textOf(change.newValue) ?? textOf(change.oldValue)) : undefined
    if (value !== undefined) return value
  }
  return undefined
}
