import { isObject, textOf } from '#normalize/json.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { meaningOfChange } from '#normalize/ecs/directory-change.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { AuditRecord } from './audit-record.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'
import { addressesAndIds, targetName, targetUpn } from './who.ts'

/** Changes in the Entra directory: users, groups, roles, applications, devices, policies. */
export const directory: Subject = {
  name: 'directory',
  recordTypes: [8],
  run(record, event) {
    setMeaning(event, meaningOfChange(record.operation))
    setOutcome(record, event)
    const target = parseUser(targetUpn(record) ?? upnOf(record.audit.ObjectId))
    if (target !== undefined) {
      record.target = target
      event.user = { ...record.actor, target }
    }
    const group = newValue(record, 'Group.DisplayName')
    if (group !== undefined) {
      const id = newValue(record, 'Group.ObjectID')
      event.group = { name: group, ...(id !== undefined && { id: id.toLowerCase() }) }
    }
    record.mentioned.users.push(...addressesAndIds(record.audit.Target))
    tell(event, sentence(record))
  },
}

function upnOf(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && text.includes('@') ? text : undefined
}

/** The value after the change of a property that Entra lists in `ModifiedProperties`. */
function newValue({ audit }: AuditRecord, property: string): string | undefined {
  const changes = audit.ModifiedProperties
  const change = isObject(changes) ? changes[property] : undefined
  return isObject(change) ? textOf(change.NewValue) : undefined
}

function sentence(record: AuditRecord): string {
  const { operation } = record
  const actor = nameOf(record.actor) ?? 'Someone'
  const target = nameOf(record.target) ?? targetName(record) ?? textOf(record.audit.ObjectId) ?? 'an object'
  const role = newValue(record, 'Role.DisplayName') ?? newValue(record, 'Role.TemplateId')
  switch (operation) {
    case 'Add member to role':
      return `${actor} gave ${target} the role ${quote(role ?? 'unnamed')}`
    case 'Remove member from role':
      return `${actor} took the role ${quote(role ?? 'unnamed')} from ${target}`
    case 'Add member to group':
      return `${actor} added ${target} to group ${quote(newValue(record, 'Group.DisplayName') ?? 'unnamed')}`
    case 'Consent to application':
      return `${actor} consented to application ${quote(targetName(record) ?? target)}${permissions(record)}`
    default:
      return `${actor} performed ${quote(operation)} on ${target}`
  }
}

function permissions(record: AuditRecord): string {
  const scopes = /Scope: ([^,\]]+)/.exec(newValue(record, 'ConsentAction.Permissions') ?? '')?.[1]?.trim()
  const admin = newValue(record, 'ConsentContext.IsAdminConsent')?.toLowerCase() === 'true'
  return `${admin ? ' for the whole organization' : ''}${scopes === undefined ? '' : ` with ${scopes}`}`
}
