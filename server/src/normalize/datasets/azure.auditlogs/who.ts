import { setSource } from '#normalize/azure/source.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseIdentity } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import { userAgentOf } from '#normalize/steps/user-agent.ts'

/** Who did it, from where and with what: a person, or an application on its own. */
export const who: Step<LogRecord> = {
  name: 'who',
  run(record, event) {
    const { properties, envelope, mentioned } = record
    const { user, app } = initiators(properties.initiatedBy)
    const actor = person(user) ?? application(app) ?? parseIdentity({ displayName: envelope.identity })
    if (actor !== undefined) event.user = actor
    const details = isObject(properties.additionalDetails) ? properties.additionalDetails : {}
    // Privileged Identity Management names the address among the details alone.
    setSource(record, event, textOf(user.ipAddress) ?? details.ipaddr)
    const agent = textOf(properties.userAgent) ?? textOf(details['User-Agent'])
    if (agent !== undefined) event.user_agent = userAgentOf(agent)
    mentioned.users.push(textOf(app.appId)?.toLowerCase(), application(app)?.id)
  },
}

function initiators(initiatedBy: unknown): { user: JsonObject; app: JsonObject } {
  const { user, app } = isObject(initiatedBy) ? initiatedBy : {}
  return { user: isObject(user) ? user : {}, app: isObject(app) ? app : {} }
}

function person({ id, userPrincipalName, displayName }: JsonObject): UserFields | undefined {
  return parseIdentity({ id, upn: userPrincipalName, displayName })
}

function application({ servicePrincipalId, appId, servicePrincipalName, displayName }: JsonObject) {
  const name = textOf(displayName) ?? textOf(servicePrincipalName)
  return parseIdentity({ id: textOf(servicePrincipalId) ?? appId, upn: name, displayName: name })
}
