import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, put } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { objectIn, unwrapDeep } from '#normalize/record.ts'

/**
 * A record in the words of diagnostic settings, whichever way it came: below `properties` stands what the resource provider
 * adds, everything else stands beside.
 */
export const openActivity = {
  name: 'record',
  run(value: unknown, text: string): LogRecord | undefined {
    const raw = objectIn(value)
    if (raw === undefined) return undefined
    const whole = unwrapDeep(raw) as JsonObject
    const envelope = 'eventTimestamp' in whole ? fromResourceManager(whole) : whole
    const properties = isObject(envelope.properties) ? envelope.properties : {}
    return { raw, text, envelope, properties, mentioned: { users: [], addresses: [], hosts: [] } }
  },
}

/** Azure Resource Manager's words for what a diagnostic setting calls otherwise. */
function fromResourceManager({ authorization, claims, ...rest }: JsonObject): JsonObject {
  const record: JsonObject = {}
  const localized: JsonObject = {}
  for (const name of Object.keys(rest)) {
    const said = rest[name]
    const isLocalized =
      isObject(said) && typeof said.value === 'string' && 'localizedValue' in said && Object.keys(said).length === 2
    put(record, name, isLocalized ? said.value : said)
    if (isLocalized && said.localizedValue !== '' && said.localizedValue !== null)
      put(localized, name, said.localizedValue)
  }
  const request = isObject(record.httpRequest) ? record.httpRequest : {}
  return {
    ...record,
    ...(Object.keys(localized).length > 0 && { localized }),
    time: record.eventTimestamp,
    resultType: record.status,
    callerIpAddress: request.clientIpAddress,
    identity: { ...(authorization !== undefined && { authorization }), ...(claims !== undefined && { claims }) },
  }
}
