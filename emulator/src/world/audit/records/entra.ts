import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord, objectUser } from './record.ts'
import type { AuditRecord } from './record.ts'

/** Records of Entra ID: sign-ins (15) and directory changes (8). */

export interface SignIn {
  id: string
  at: number
  person: Person
  ip: string
  userAgent: string
  /** Entra error number and its word; absent for a sign-in that worked. */
  error?: { number: number; word: string }
  applicationId: string
  sessionId: string
}

export function signIn(world: World, sign: SignIn): AuditRecord {
  const { person, ip, error } = sign
  const r = random(world.seed, 'sign-in', sign.id)
  const base = {
    id: sign.id,
    at: sign.at,
    operation: error ? 'UserLoginFailed' : 'UserLoggedIn',
    recordType: 15,
    workload: 'AzureActiveDirectory',
    clientIp: ip,
    objectId: sign.applicationId,
    ...objectUser(person),
    resultStatus: error ? 'Failed' : 'Success',
  }
  return auditRecord(world, base, {
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      { Name: 'ResultStatusDetail', Value: error ? 'UserError' : 'Success' },
      { Name: 'UserAgent', Value: sign.userAgent },
      { Name: 'RequestType', Value: 'OAuth2:Authorize' },
    ],
    ModifiedProperties: [],
    Actor: [
      { ID: person.id, Type: 0 },
      { ID: person.userPrincipalName, Type: 5 },
    ],
    ActorContextId: world.tenantId,
    ActorIpAddress: ip,
    InterSystemsId: r.guid(),
    IntraSystemsId: r.guid(),
    SupportTicketId: '',
    Target: [{ ID: sign.applicationId, Type: 0 }],
    TargetContextId: world.tenantId,
    ApplicationId: sign.applicationId,
    DeviceProperties: [
      { Name: 'OS', Value: sign.userAgent.includes('Mac') ? 'MacOs' : 'Windows10' },
      { Name: 'BrowserType', Value: sign.userAgent.includes('Edg') ? 'Edge' : 'Chrome' },
      { Name: 'SessionId', Value: sign.sessionId },
    ],
    ErrorNumber: String(error?.number ?? 0),
    ...(error ? { LogonError: error.word } : {}),
  })
}

export interface DirectoryChange {
  id: string
  at: number
  operation: string
  actor: Person
  ip: string
  objectId: string
  target: readonly { ID: string; Type: number }[]
  modified: readonly { Name: string; NewValue: string; OldValue: string }[]
  extended?: readonly { Name: string; Value: string }[]
}

/** Operations end with a period, as on the wire (`Add member to role.`). */
export function directoryChange(world: World, change: DirectoryChange): AuditRecord {
  const r = random(world.seed, 'directory', change.id)
  const base = {
    id: change.id,
    at: change.at,
    operation: change.operation,
    recordType: 8,
    workload: 'AzureActiveDirectory',
    objectId: change.objectId,
    resultStatus: 'Success',
    clientIp: change.ip,
    ...objectUser(change.actor),
  }
  return auditRecord(world, base, {
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: change.extended ?? [{ Name: 'additionalDetails', Value: '{}' }],
    ModifiedProperties: change.modified,
    Actor: [
      { ID: change.actor.userPrincipalName, Type: 5 },
      { ID: change.actor.id, Type: 2 },
      { ID: 'User', Type: 2 },
    ],
    ActorContextId: world.tenantId,
    ActorIpAddress: change.ip,
    InterSystemsId: r.guid(),
    IntraSystemsId: r.guid(),
    SupportTicketId: '',
    Target: change.target,
    TargetContextId: world.tenantId,
  })
}
