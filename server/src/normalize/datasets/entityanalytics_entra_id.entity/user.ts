import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { listed } from '#normalize/sentence.ts'
import { nameOf, parseIdentity, parseUser } from '#normalize/steps/user.ts'
import type { EntityRecord } from './entity.ts'
import { isRemoved, present, remarks } from './entity.ts'

/** A user, with every address mail reaches it under. */
export const user: Step<EntityRecord> = {
  name: 'user',
  run(record, event) {
    const { entity, mentioned } = record
    present(record, event, 'user', ['iam', 'user', 'info'])
    const { id, userPrincipalName, displayName, mail } = entity
    const found = parseIdentity({ id, upn: userPrincipalName ?? mail, displayName })
    const email = parseUser(mail)?.email
    const roles = objectsOf(entity.assignedRoles).flatMap((role) => textOf(role.displayName) ?? [])
    if (found !== undefined) {
      event.user = { ...found, ...(email !== undefined && { email }), ...(roles.length > 0 && { roles }) }
    }
    for (const list of [entity.proxyAddresses, entity.otherMails, [userPrincipalName]]) {
      if (!Array.isArray(list)) continue
      mentioned.users.push(...list.map((address) => parseUser(textOf(address)?.replace(/^smtp:/i, ''))?.email))
    }
    const name = nameOf(found) ?? 'unnamed'
    event.message = isRemoved(entity)
      ? `User ${name} is deleted.`
      : `User ${name}${remarks(
          textOf(displayName),
          textOf(entity.jobTitle),
          textOf(entity.department),
          listed(roles),
          hasNoSecondFactor(entity) && 'no multifactor authentication',
          textOf(entity.userType) === 'Guest' && 'guest',
          entity.accountEnabled === false && 'disabled',
        )}.`
  },
}

/** True where the report of registrations says so; without the license for it nobody knows. */
function hasNoSecondFactor({ userRegistrationDetails }: JsonObject): boolean {
  return isObject(userRegistrationDetails) && userRegistrationDetails.isMfaRegistered === false
}
