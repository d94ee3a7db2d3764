import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { parseIdentity } from '#normalize/steps/user.ts'

/** Who did it, as the claims of the token say, and from where. */
export const who: Step<LogRecord> = {
  name: 'who',
  run({ envelope, mentioned }, event) {
    const identity = isObject(envelope.identity) ? envelope.identity : {}
    const claims = isObject(identity.claims) ? identity.claims : {}
    const authorization = isObject(identity.authorization) ? identity.authorization : {}
    const evidence = isObject(authorization.evidence) ? authorization.evidence : {}
    const upn = claim(claims, 'upn') ?? claim(claims, 'name', CLAIMS) ?? mailIn(envelope.caller)
    const user = parseIdentity({
      id: claim(claims, 'objectidentifier') ?? evidence.principalId ?? envelope.caller,
      upn,
      displayName: claims.name,
    })
    if (user !== undefined) event.user = user
    const source = parseAddress(envelope.callerIpAddress) ?? parseAddress(claims.ipaddr)
    if (source !== undefined) event.source = source
    mentioned.addresses.push(parseAddress(claims.ipaddr)?.ip)
    mentioned.users.push(textOf(claims.appid)?.toLowerCase(), parseIdentity({ id: envelope.caller })?.id)
  },
}

/** Claims have names of one word, or URIs that end with it. */
function claim(claims: JsonObject, name: string, among = ''): string | undefined {
  const found = Object.keys(claims).find((key) => key.endsWith(`/${name}`) && key.startsWith(among))
  return textOf(found === undefined ? claims[among === '' ? name : ''] : claims[found])
}

const CLAIMS = 'http://schemas.xmlsoap.org/'

function mailIn(value: unknown): string | undefined {
  const text = textOf(value)
  return text?.includes('@') === true ? text : undefined
}
