import { objectsOf, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { count, listed, quote } from '#normalize/sentence.ts'
import type { EntityRecord } from './entity.ts'
import { peopleIn, present } from './entity.ts'

/** A directory role that is in use, with who has it where the record names them. */
export const directoryRole: Step<EntityRecord> = {
  name: 'directory-role',
  run(record, event) {
    const { entity, mentioned } = record
    present(record, event, 'directory_role', ['iam', 'admin', 'info'])
    mentioned.users.push(...peopleIn(entity.members))
    const members = objectsOf(entity.members)
    const names = members.flatMap(({ userPrincipalName, displayName, id }) => {
      return textOf(userPrincipalName)?.toLowerCase() ?? textOf(displayName) ?? textOf(id) ?? []
    })
    const holders = members.length === 0 ? '' : ` has ${count(members.length, 'member')}: ${listed(names)}`
    event.message = `Directory role ${quote(textOf(entity.displayName) ?? textOf(entity.id) ?? 'unnamed')}${holders}.`
  },
}
