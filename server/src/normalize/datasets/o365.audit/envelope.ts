import { RecordFault } from '#normalize/normalizer.ts'
import { isObject, put } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { fieldAt } from '#domain/event.ts'

/** A record that came inside another one. */
export interface Enclosed {
  value: unknown
  /** As it came where it came as text, else written anew. */
  text: string
}

/**
 * The audit record inside what other programs put around one: `AuditData` of `Search-UnifiedAuditLog` and of Microsoft
 * Graph's audit search, `event.original` of an Elastic document, or else its `o365audit` or `o365.audit`. Undefined where
 * `value` is none of these. Nothing Microsoft puts into the feed is, so a record with a CreationTime need not be asked.
 */
export function unwrap(value: JsonObject): Enclosed | undefined {
  const auditData = Object.keys(value).find((name) => name.toLowerCase() === 'auditdata')
  if (auditData !== undefined) return fromAuditData(value[auditData], value)
  const original = value['event.original'] ?? fieldAt(value, 'event.original')
  const record = typeof original === 'string' ? parseObject(original) : undefined
  if (record !== undefined) return { value: record, text: original as string }
  const parsed = value.o365audit ?? value['o365.audit'] ?? fieldAt(value, 'o365.audit')
  return isObject(parsed) ? written(withMoved(parsed, value)) : undefined
}

/** What Graph's audit search says around a record, and the record's own name of it. */
const AROUND: ReadonlyMap<string, string> = new Map(
  Object.entries({
    id: 'Id',
    createdDateTime: 'CreationTime',
    auditLogRecordType: 'RecordType',
    operation: 'Operation',
    organizationId: 'OrganizationId',
    service: 'Workload',
    objectId: 'ObjectId',
    userPrincipalName: 'UserId',
    userId: 'UserKey',
    clientIp: 'ClientIP',
  }),
)

function fromAuditData(auditData: unknown, around: JsonObject): Enclosed {
  if (isObject(auditData)) return written('CreationTime' in auditData ? auditData : withAround(auditData, around))
  const record = typeof auditData === 'string' ? parseObject(auditData) : undefined
  if (record === undefined) throw new RecordFault('AuditData is not a JSON object.')
  return { value: record, text: auditData as string }
}

/** What has no name in a record keeps its own. */
function withAround(record: JsonObject, around: JsonObject): JsonObject {
  const whole: JsonObject = {}
  for (const [name, value] of Object.entries(around)) {
    if (value === record) continue
    put(whole, typeof value === 'string' ? (AROUND.get(name) ?? name) : name, value)
  }
  for (const [name, value] of Object.entries(record)) put(whole, name, value)
  return whole
}

function written(value: JsonObject): Enclosed {
  return { value, text: JSON.stringify(value) }
}

/** What Elastic's o365.audit pipeline takes out of the record, and the ECS field that it becomes. */
const MOVED = {
  Id: 'event.id',
  Operation: 'event.action',
  Workload: 'event.provider',
  OrganizationId: 'organization.id',
  ClientIP: 'client.address',
  UserAgent: 'user_agent.original',
}

/** Fields that an Elastic document keeps outside the record go back into it. */
function withMoved(record: JsonObject, document: JsonObject): JsonObject {
  const moved = Object.entries(MOVED).map(([name, path]) => [name, fieldAt(document, path)])
  return { ...Object.fromEntries(moved.filter(([, value]) => typeof value === 'string')), ...record }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
