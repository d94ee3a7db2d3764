import { objectsOf, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { count, quote } from '#normalize/sentence.ts'
import { parseUser } from '#normalize/steps/user.ts'
import type { EntityRecord } from './entity.ts'
import { isRemoved, peopleIn, present, remarks } from './entity.ts'

/** A group, with its members and owners where the record names them. */
export const group: Step<EntityRecord> = {
  name: 'group',
  run(record, event) {
    const { entity, mentioned } = record
    present(record, event, 'group', ['iam', 'group', 'info'])
    const id = textOf(entity.id)?.toLowerCase()
    const name = textOf(entity.displayName)
    event.group = { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
    mentioned.users.push(parseUser(entity.mail)?.email, ...peopleIn(entity.members), ...peopleIn(entity.owners))
    const called = quote(name ?? id ?? 'unnamed')
    const members = objectsOf(entity.members).length
    const isUnified = Array.isArray(entity.groupTypes) && entity.groupTypes.includes('Unified')
    event.message = isRemoved(entity)
      ? `Group ${called} is deleted.`
      : `Group ${called}${remarks(
          isUnified ? 'Microsoft 365 group' : entity.securityEnabled === true && 'security group',
          entity.isAssignableToRole === true && 'can be given roles',
          members > 0 && count(members, 'member'),
        )}.`
  },
}
