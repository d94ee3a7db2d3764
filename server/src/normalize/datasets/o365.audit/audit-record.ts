import { RecordFault } from '#normalize/normalizer.ts'
import type { RecordSource } from '#normalize/normalizer.ts'
import { MAX_DEPTH, isObject, isWithinDepth, put, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Address } from '#normalize/steps/address.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import { unwrap } from './envelope.ts'
import { recordTypeOf } from './record-types.ts'

/** An audit record on its way through the steps: what Microsoft sent, and what earlier steps found in it. */
export interface AuditRecord extends RecordSource {
  readonly text: string
  /** Trimmed, without the full stop that Entra puts behind some operations. "" where there is none. */
  readonly operation: string
  readonly recordType: number | undefined
  /** The whole record under Microsoft's names, lists lifted and wrapped JSON parsed: becomes `o365.audit`. */
  audit: JsonObject
  actor: UserFields | undefined
  target: UserFields | undefined
  source: Address | undefined
  /** Everything `related.*` and `o365.message_ids` should name beside what the ECS fields say. */
  readonly mentioned: {
    users: (string | undefined)[]
    addresses: (string | undefined)[]
    hosts: (string | undefined)[]
    hashes: (string | undefined)[]
    messageIds: (string | undefined)[]
  }
}

/**
 * The first step: an object that is not empty and can be written again; taken out of what other programs put around it, and
 * Microsoft's spelling of field names restored.
 */
export const openRecord = {
  name: 'record',
  run(value: unknown, text: string): AuditRecord | undefined {
    if (!isObject(value)) throw new RecordFault('An audit record is a JSON object; this is not one.')
    if (isEmpty(value)) return undefined
    if (!isWithinDepth(value, MAX_DEPTH)) throw new RecordFault(`The record nests deeper than ${MAX_DEPTH} levels.`)
    const isPlain = 'CreationTime' in value
    const inner = isPlain ? undefined : unwrap(value)
    if (inner !== undefined) return openRecord.run(inner.value, inner.text)
    const raw = isPlain ? value : restoreNames(value)
    return {
      raw,
      text,
      operation: withoutFullStop(textOf(raw.Operation) ?? ''),
      recordType: recordTypeOf(raw.RecordType),
      audit: raw,
      actor: undefined,
      target: undefined,
      source: undefined,
      mentioned: { users: [], addresses: [], hosts: [], hashes: [], messageIds: [] },
    }
  },
}

function withoutFullStop(operation: string): string {
  return operation.endsWith('.') ? operation.slice(0, -1).trimEnd() : operation
}

function isEmpty(value: JsonObject): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return false
  return true
}

/** The common schema's names and those the steps read, for records that went through a tool that folds names. */
const NAMES = new Map(
  `Id RecordType CreationTime Operation OrganizationId OrganizationName UserType UserKey Workload ResultStatus ObjectId UserId
  ClientIP ClientIPAddress ActorIpAddress UserAgent Scope Version AppAccessContext ExternalAccess OriginatingServer Parameters
  Actor Target ExtendedProperties ModifiedProperties OperationProperties DeviceProperties LogonError ErrorNumber ErrorCode
  ApplicationId LogonType MailboxOwnerUPN Item AffectedItems Folder DestFolder Folders OperationCount SiteUrl SourceFileName
  SourceFileExtension SourceRelativeUrl TargetUserOrGroupName`
    .split(/\s+/)
    .map((name) => [name.toLowerCase(), name]),
)

function restoreNames(value: JsonObject): JsonObject {
  const restored: JsonObject = {}
  for (const name of Object.keys(value)) {
    const spelled = NAMES.get(name.toLowerCase()) ?? name
    put(restored, Object.hasOwn(value, spelled) ? name : spelled, value[name])
  }
  return restored
}
