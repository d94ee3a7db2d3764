import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setSource } from '#normalize/azure/source.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseIdentity } from '#normalize/steps/user.ts'
import { userAgentOf } from '#normalize/steps/user-agent.ts'

/** Who is at risk, from where and with what the risky thing was done. */
export const who: Step<LogRecord> = {
  name: 'who',
  run(record, event) {
    const { properties } = record
    const user = parseIdentity({
      id: properties.userId ?? properties.servicePrincipalId ?? properties.id,
      upn: properties.userPrincipalName,
      displayName: properties.userDisplayName ?? properties.servicePrincipalDisplayName ?? properties.displayName,
    })
    const level = textOf(properties.riskLevel)
    if (user !== undefined) event.user = { ...user, ...(level !== undefined && { risk: { static_level: level } }) }
    setSource(record, event, properties.ipAddress)
    const agent = isObject(properties.additionalInfo) ? textOf(properties.additionalInfo.userAgent) : undefined
    if (agent !== undefined) event.user_agent = userAgentOf(agent)
  },
}
