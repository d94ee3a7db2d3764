import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { listed, quote, tell } from '#normalize/sentence.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import { groupOf, roleOf, targetOf } from './on-whom.ts'

/** Who changed what of whom. */
export const sentence: Step<LogRecord> = {
  name: 'sentence',
  run({ properties }, event) {
    const user = isObject(event.user) ? (event.user as unknown as UserFields) : undefined
    const actor = user === undefined || user.id === undefined ? 'Someone' : called(user)
    tell(event, `${actor} ${deed(event.event.action, objectsOf(properties.targetResources))}`)
  },
}

function called(user: UserFields): string {
  return user.email ?? user.full_name ?? nameOf(user) ?? 'someone'
}

function deed(activity: string | undefined, targets: readonly Record<string, unknown>[]): string {
  const target = targetOf(targets)
  const whom = target === undefined ? undefined : called(target)
  const role = roleOf(targets)
  const group = textOf(groupOf(targets)?.name)
  const what = `performed ${quote(activity ?? 'an unnamed activity')}`
  if (whom !== undefined && role !== undefined) {
    if (/^add (?:eligible )?member to role$/i.test(activity ?? '')) return `gave ${whom} the role ${quote(role)}`
    if (/^remove (?:eligible )?member from role$/i.test(activity ?? ''))
      return `took the role ${quote(role)} from ${whom}`
    return `${what} for ${whom} and the role ${quote(role)}`
  }
  if (whom !== undefined && group !== undefined) {
    if (activity === 'Add member to group') return `added ${whom} to group ${quote(group)}`
    if (activity === 'Remove member from group') return `removed ${whom} from group ${quote(group)}`
  }
  const names = targets.flatMap(({ userPrincipalName, displayName, id }) => {
    return textOf(userPrincipalName)?.toLowerCase() ?? textOf(displayName) ?? textOf(id) ?? []
  })
  if (activity === 'Consent to application' && names.length > 0) return `consented to application ${quote(names[0]!)}`
  return names.length === 0 ? what : `${what} on ${listed(names)}`
}
