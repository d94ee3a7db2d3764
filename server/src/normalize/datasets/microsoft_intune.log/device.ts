import { stableId } from '#domain/ids.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import { parseIdentity } from '#normalize/steps/user.ts'

/** How a device enrolled, that it does not comply, or what it is at the moment: the inventories are states, not happenings. */
export const device: Step<LogRecord> = {
  name: 'device',
  run(record, event) {
    const { properties, envelope, mentioned, text } = record
    const category = textOf(envelope.category) ?? 'OperationalLogs'
    const operation = textOf(envelope.operationName)
    event.event.id = stableId(text)
    event.event.code = category
    if (operation !== undefined) event.event.action = operation
    const alert = textOf(properties.AlertDisplayName)
    event.event.kind = alert !== undefined ? 'alert' : category === 'OperationalLogs' ? 'event' : 'state'
    setMeaning(event, { category: ['host'], type: ['info'] })
    const result = textOf(envelope.resultType)
    if (result !== undefined && result !== 'None') event.event.outcome = parseOutcome(result)
    const reason = textOf(properties.FailureReason)
    if (event.event.outcome === 'failure' && reason !== undefined) event.event.reason = reason
    const host = hostOf(properties)
    if (Object.keys(host).length > 0) event.host = host
    mentioned.hosts.push(
      textOf(properties.DeviceName)?.toLowerCase(),
      textOf(properties.DeviceNetBiosName)?.toLowerCase(),
    )
    const user = userOf(properties)
    if (user !== undefined) event.user = user
    const name = textOf(properties.DeviceName) ?? textOf(properties.DeviceHostName) ?? textOf(properties.IntuneDeviceId)
    event.message = `${alert ?? `Intune ${operation ?? category}${name === undefined ? '' : ` of device ${quote(name)}`}${endOf(record, event.event.outcome)}`}.`
  },
}

function endOf({ properties }: LogRecord, outcome: string | undefined): string {
  const state = textOf(properties.ComplianceState) ?? textOf(properties.CompliantState)
  if (outcome === 'failure') return ` failed: ${textOf(properties.FailureCategory) ?? 'Microsoft does not say why'}`
  return state === undefined ? '' : `: ${state}`
}

function hostOf(properties: JsonObject): JsonObject {
  const name = textOf(properties.DeviceHostName) ?? textOf(properties.DeviceName)
  const id = textOf(properties.IntuneDeviceId) ?? textOf(properties.DeviceId)
  const system = textOf(properties.Os) ?? textOf(properties.OS) ?? textOf(properties.DeviceOperatingSystem)
  const version = textOf(properties.OsVersion) ?? textOf(properties.OSVersion)
  return {
    ...(id !== undefined && { id: id.toLowerCase() }),
    ...(name !== undefined && { name: name.toLowerCase() }),
    ...(system !== undefined && { os: { full: system, ...(version !== undefined && { version }) } }),
  }
}

/** A name and the domain behind it, or the whole address. */
function userOf(properties: JsonObject) {
  const name = textOf(properties.UserName)
  const suffix = textOf(properties.UPNSuffix)
  const upn = textOf(properties.UPN) ?? textOf(properties.UserUPN) ?? textOf(properties.UserEmail)
  return parseIdentity({
    id: properties.IntuneUserId,
    upn: upn ?? (name !== undefined && suffix !== undefined && !name.includes('@') ? `${name}@${suffix}` : name),
    displayName: properties.UserDisplayName,
  })
}
