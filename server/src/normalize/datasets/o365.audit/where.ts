import type { Step } from '#normalize/normalizer.ts'
import { isObject, textOf } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { userAgentOf } from '#normalize/steps/user-agent.ts'
import type { AuditRecord } from './audit-record.ts'

/**
 * Workloads write the address under different names; the first that is one counts, all are related. Where mailboxes are
 * used, `ClientIPAddress` is the client's and `ClientIP` may be that of a server of Microsoft's in between.
 */
const ADDRESS_FIELDS = ['ClientIPAddress', 'ClientIP', 'ActorIpAddress', 'ActorIP', 'UserIp', 'SenderIp', 'IPAddress']

/** From where and with what. */
export const where: Step<AuditRecord> = {
  name: 'where',
  run(record, event) {
    const { audit, mentioned } = record
    let first: unknown
    for (const field of ADDRESS_FIELDS) {
      const value = audit[field]
      if (value === undefined || value === first) continue
      const address = parseAddress(value)
      if (address === undefined) continue
      if (record.source === undefined) {
        record.source = address
        event.source = address
        first = value
      } else {
        mentioned.addresses.push(address.ip)
      }
    }
    const agent = userAgent(record)
    if (agent !== undefined) event.user_agent = userAgentOf(agent)
    const device = audit.DeviceProperties
    const deviceName = isObject(device) ? textOf(device.DisplayName) : undefined
    if (deviceName !== undefined) event.host = { name: deviceName.toLowerCase() }
  },
}

/** Exchange names the protocol, and behind it what the program said of itself: `Client=OWA;Mozilla/5.0 …`. */
function userAgent({ audit }: AuditRecord): string | undefined {
  const extended = audit.ExtendedProperties
  if (!isObject(extended)) return textOf(audit.UserAgent) ?? textOf(audit.ClientInfoString)
  const details = extended.additionalDetails
  return (
    textOf(audit.UserAgent) ??
    textOf(extended.UserAgent) ??
    (isObject(details) ? textOf(details['User-Agent']) : undefined) ??
    textOf(audit.ClientInfoString)
  )
}
