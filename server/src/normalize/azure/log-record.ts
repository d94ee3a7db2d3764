import type { EcsEvent } from '#domain/event.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { TimeFault } from '#normalize/normalizer.ts'
import type { RecordSource, Step } from '#normalize/normalizer.ts'
import { objectIn, unwrapDeep } from '#normalize/record.ts'
import { isGuid } from '#normalize/steps/guid.ts'
import { relate } from '#normalize/steps/related.ts'
import { parseTime } from '#normalize/steps/time.ts'

/**
 * The logs of Entra and Azure come two ways. An API gives a record as it is. A diagnostic setting sends it through an Event
 * Hub, in an envelope of its own (`time`, `category`, `callerIpAddress`, …) with the record under `properties`. Steps read
 * either alike: what is said twice is read from the record first.
 */
export interface LogRecord extends RecordSource {
  readonly text: string
  /** What a diagnostic setting put around the record; empty where an API gave it. */
  readonly envelope: JsonObject
  /** The record itself, JSON within it parsed. */
  readonly properties: JsonObject
  /** What `related.*` should name beside what the ECS fields say. */
  readonly mentioned: Record<'users' | 'addresses' | 'hosts', (string | undefined)[]>
}

/** The first step: an object that is not empty and can be written again, taken out of its envelope. */
export const openLogRecord = {
  name: 'record',
  run(value: unknown, text: string): LogRecord | undefined {
    const raw = objectIn(value)
    if (raw === undefined) return undefined
    const whole = unwrapDeep(raw) as JsonObject
    const { properties, ...rest } = whole
    const isEnveloped = isObject(properties) ? 'category' in rest : 'operationName' in rest && 'time' in rest
    // Properties that are no object are nobody's record, and stay in the envelope.
    const envelope = isEnveloped ? (isObject(properties) ? rest : whole) : {}
    const record = isEnveloped ? (isObject(properties) ? properties : {}) : whole
    return { raw, text, envelope, properties: record, mentioned: { users: [], addresses: [], hosts: [] } }
  },
}

/** When it happened: the first of the record's `fields` that is a time; the envelope's where `time` stands among them, else last. */
export function timeOf(...fields: string[]): Step<LogRecord> {
  return {
    name: 'time',
    run({ properties, envelope }, event) {
      const at = fields
        .map((field) => parseTime(properties[field] ?? (field === 'time' ? envelope.time : undefined)))
        .find((time) => time !== undefined)
      const time = at ?? parseTime(envelope.time)
      if (time === undefined) {
        throw new TimeFault(`The record says no time: ${fields.join(', ')} and time are missing or no date and time.`)
      }
      event['@timestamp'] = time
    },
  }
}

/**
 * The whole record under `azure.<log>` with Microsoft's names, and what all logs of Azure say alike: the envelope around
 * `properties`, whichever way it came, so that a field is found under one name.
 */
export function keepWhole(log: string): Step<LogRecord> {
  return {
    name: 'properties',
    run({ envelope, properties }, event) {
      const correlation = textOf(properties.correlationId) ?? textOf(envelope.correlationId)
      event.azure = {
        ...(correlation !== undefined && { correlation_id: correlation.toLowerCase() }),
        [log]: { ...envelope, properties: envelope.properties ?? properties },
      }
      event.cloud = { provider: 'azure' }
      const tenant = tenantOf(envelope, properties)
      if (tenant !== undefined) event.organization = { id: tenant }
      setLevel(envelope, event)
    },
  }
}

/** The tenant whose log it is. Graph says it only where the one who signs in and the resource are of the same. */
function tenantOf({ tenantId }: JsonObject, { homeTenantId, resourceTenantId }: JsonObject): string | undefined {
  const tenant = textOf(tenantId) ?? (homeTenantId === resourceTenantId ? textOf(homeTenantId) : undefined)
  return tenant !== undefined && isGuid(tenant) ? tenant.toLowerCase() : undefined
}

/** How long it took, in nanoseconds, and the level, a word or a number, as envelopes say it. */
export function setLevel(envelope: JsonObject, event: EcsEvent): void {
  const nanoseconds = Number(envelope.durationMs ?? Number.NaN) * 1_000_000
  if (Number.isSafeInteger(nanoseconds)) event.event.duration = nanoseconds
  const level = textOf(envelope.level) ?? textOf(envelope.Level)
  if (level !== undefined) event.log = { level }
}

/** The last step: everything an analyst pivots on. */
export const related: Step<LogRecord> = {
  name: 'related',
  run: ({ mentioned }, event: EcsEvent) => relate(event, mentioned),
}
