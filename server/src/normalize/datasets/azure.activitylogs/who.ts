import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { parseIdentity } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'

/** Who did it, as the claims of the token say, from where, and who got a role by it. */
export const who: Step<LogRecord> = {
  name: 'who',
  run({ envelope, properties, mentioned }, event) {
    const { claims, principalId } = tokenOf(envelope)
    const user = parseIdentity({
      id: claims[OBJECT_ID] ?? principalId ?? envelope.caller,
      upn: claims[UPN] ?? claims[NAME] ?? addressIn(envelope.caller),
      displayName: claims.name,
    })
    const { target, group } = granteeOf(properties)
    if (user !== undefined || target !== undefined) event.user = { ...user, ...(target !== undefined && { target }) }
    if (group !== undefined) event.group = { id: group.id }
    const caller = parseAddress(envelope.callerIpAddress)
    const tokens = parseAddress(claims.ipaddr)
    if (caller !== undefined || tokens !== undefined) event.source = caller ?? tokens
    mentioned.addresses.push(tokens?.ip)
    mentioned.users.push(parseIdentity({ id: envelope.caller })?.id)
    // A person's token names the portal or the program that was used, an application's the application itself.
    if (user?.email === undefined) mentioned.users.push(textOf(claims.appid)?.toLowerCase())
  },
}

const UPN = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn'
const NAME = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name'
const OBJECT_ID = 'http://schemas.microsoft.com/identity/claims/objectidentifier'

/** The claims, and whose role assignment allowed it. */
function tokenOf({ identity }: JsonObject): { claims: JsonObject; principalId: unknown } {
  const { claims, authorization } = isObject(identity) ? identity : {}
  const { evidence } = isObject(authorization) ? authorization : {}
  return { claims: isObject(claims) ? claims : {}, principalId: isObject(evidence) ? evidence.principalId : undefined }
}

/** The caller of an application is its service principal's id. */
function addressIn(caller: unknown): string | undefined {
  const text = textOf(caller)
  return text?.includes('@') === true ? text : undefined
}

/** Whom a role was assigned to, from what was asked of Azure: a user or a service principal, or a group. */
function granteeOf({ requestbody }: JsonObject): { target?: UserFields | undefined; group?: UserFields | undefined } {
  const body = isObject(requestbody) ? (requestbody.Properties ?? requestbody.properties) : undefined
  if (!isObject(body)) return {}
  const grantee = parseIdentity({ id: body.PrincipalId ?? body.principalId })
  return textOf(body.PrincipalType ?? body.principalType) === 'Group' ? { group: grantee } : { target: grantee }
}
