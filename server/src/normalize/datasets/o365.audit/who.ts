import type { Step } from '#normalize/normalizer.ts'
import { integerOf, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { parseUser } from '#normalize/steps/user.ts'
import { isGuid } from '#normalize/steps/guid.ts'
import type { AuditRecord } from './audit-record.ts'

/**
 * Who did it: `UserId`, else `UserKey`. Entra lists the same identity several times in `Actor`, among them the name of an
 * application that has no address.
 */
export const who: Step<AuditRecord> = {
  name: 'who',
  run(record, event) {
    const { audit, mentioned } = record
    const actor = parseUser(audit.UserId) ?? parseUser(audit.UserKey)
    if (Array.isArray(audit.Actor)) {
      const displayName = identityOf(audit.Actor, NAME)
      if (actor !== undefined && actor.name === undefined && displayName !== undefined) actor.full_name = displayName
      mentioned.users.push(...addressesAndIds(audit.Actor))
    }
    if (actor !== undefined) {
      record.actor = actor
      event.user = actor
    }
  },
}

/** Microsoft's IdentityType: what an entry of `Actor` or `Target` holds. */
const NAME = 1
const UPN = 5

/** The first identity of a type in Entra's `Actor` or `Target`. */
function identityOf(identities: unknown, type: number): string | undefined {
  const entry = objectsOf(identities).find((identity: JsonObject) => integerOf(identity.Type) === type)
  return textOf(entry?.ID)
}

/** The display name in Entra's `Target`: an application's, a group's or a policy's. */
export function targetName(record: AuditRecord): string | undefined {
  return identityOf(record.audit.Target, NAME)
}

/** The user principal name in Entra's `Target`. */
export function targetUpn(record: AuditRecord): string | undefined {
  return identityOf(record.audit.Target, UPN)
}

/** What of Entra's identities names somebody: the addresses and the GUIDs, not the words `User` or `ServicePrincipal`. */
export function addressesAndIds(identities: unknown): string[] {
  const names: string[] = []
  for (const { ID, Type } of objectsOf(identities)) {
    if (typeof ID === 'string' && (integerOf(Type) === UPN || isGuid(ID))) names.push(ID.toLowerCase())
  }
  return names
}
