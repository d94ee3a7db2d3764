import { random } from '#world/random.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** An audit record as it is on the wire. */
export type AuditRecord = Record<string, unknown> & { Id: string }

/** A record and when it is to be published. */
export interface Publication {
  contentType: ContentType
  publishedAt: number
  record: AuditRecord
}

/** What every record has. `at` is the moment of the event, in milliseconds. */
export interface Base {
  id: string
  at: number
  operation: string
  recordType: number
  workload: string
  userId: string
  userKey: string
  /** 0 regular, 2 administrator, 4 system, 5 application. */
  userType?: number
  clientIp?: string
  objectId?: string
  resultStatus?: string
}

/** The common fields, `CreationTime` in UTC without a zone as on the wire, and the record's own. */
export function auditRecord(world: World, base: Base, own: Record<string, unknown>): AuditRecord {
  return {
    CreationTime: wireTime(base.at),
    Id: base.id,
    Operation: base.operation,
    OrganizationId: world.tenantId,
    RecordType: base.recordType,
    ...(base.resultStatus === undefined ? {} : { ResultStatus: base.resultStatus }),
    UserKey: base.userKey,
    UserType: base.userType ?? 0,
    Version: 1,
    Workload: base.workload,
    ...(base.clientIp === undefined ? {} : { ClientIP: base.clientIp }),
    ...(base.objectId === undefined ? {} : { ObjectId: base.objectId }),
    UserId: base.userId,
    ...own,
  }
}

const wireTime = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 19)

/** The user fields of a person. Exchange and SharePoint key by PUID, Entra by object id. */
export const puidUser = (world: World, person: Person) => ({
  userId: person.userPrincipalName,
  userKey: puid(world, person),
})
export const objectUser = (person: Person) => ({ userId: person.userPrincipalName, userKey: person.id })

const puid = (world: World, person: Person): string =>
  `10032${random(world.seed, 'puid', person.index).hex(11).toUpperCase()}`

/** The address a person usually comes from: one per person, in the network of the office. */
export const homeIp = (world: World, person: Person): string =>
  `${person.office.network}.${random(world.seed, 'ip', person.index).between(10, 240)}`
