import type { Step } from '#normalize/normalizer.ts'
import { isObject, textOf } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import type { AuditRecord } from './audit-record.ts'

/** Workloads write the same address under different names; the first that is one counts, all are related. */
const ADDRESS_FIELDS = ['ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'ActorIP', 'UserIp']

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
    if (agent !== undefined) event.user_agent = { original: agent }
    const device = audit.DeviceProperties
    const deviceName = isObject(device) ? textOf(device.DisplayName) : undefined
    if (deviceName !== undefined) event.host = { name: deviceName.toLowerCase() }
  },
}

function userAgent({ audit }: AuditRecord): string | undefined {
  const extended = audit.ExtendedProperties
  if (!isObject(extended)) return textOf(audit.UserAgent)
  const details = extended.additionalDetails
  return (
    textOf(audit.UserAgent) ??
    textOf(extended.UserAgent) ??
    (isObject(details) ? textOf(details['User-Agent']) : undefined)
  )
}
