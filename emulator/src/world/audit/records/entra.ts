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
  /** What the application asked access to; itself unless given. */
  resourceId?: string
  sessionId: string
}

/** Ids that a sign-in has in every log: `InterSystemsId` and `IntraSystemsId` here, `correlationId` and `id` in Graph. */
export function signInIds(world: World, recordId: string): { correlationId: string; requestId: string } {
  const r = random(world.seed, 'sign-in', recordId)
  return { correlationId: r.guid(), requestId: `${r.guid().slice(0, -2)}00` }
}

export function signIn(world: World, sign: SignIn): AuditRecord {
  const { person, ip, error, resourceId = sign.applicationId } = sign
  const { correlationId, requestId } = signInIds(world, sign.id)
  const base = {
    id: sign.id,
    at: sign.at,
    operation: error ? 'UserLoginFailed' : 'UserLoggedIn',
    recordType: 15,
    workload: 'AzureActiveDirectory',
    clientIp: ip,
    objectId: resourceId,
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
    InterSystemsId: correlationId,
    IntraSystemsId: requestId,
    SupportTicketId: '',
    Target: [{ ID: resourceId, Type: 0 }],
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
  actor: Person | ActingApplication
  ip: string
  objectId: string
  target: readonly { ID: string; Type: number }[]
  modified: readonly { Name: string; NewValue: string; OldValue: string }[]
  extended?: readonly { Name: string; Value: string }[]
  /** A change that worked, unless said otherwise. */
  failed?: boolean
}

/** An application that acts on its own. */
export interface ActingApplication {
  appId: string
  servicePrincipalId: string
  displayName: string
}

/** Ids that a change has in every log: `InterSystemsId` and `IntraSystemsId` here, `correlationId` and part of `id` in Graph. */
export function directoryChangeIds(world: World, recordId: string): { correlationId: string; transactionId: string } {
  const r = random(world.seed, 'directory', recordId)
  return { correlationId: r.guid(), transactionId: r.guid() }
}

/** Operations end with a period, as on the wire (`Add member to role.`). */
export function directoryChange(world: World, change: DirectoryChange): AuditRecord {
  const { correlationId, transactionId } = directoryChangeIds(world, change.id)
  const { user, actor } = actorOf(change.actor)
  const base = {
    id: change.id,
    at: change.at,
    operation: change.operation,
    recordType: 8,
    workload: 'AzureActiveDirectory',
    objectId: change.objectId,
    resultStatus: change.failed ? 'Failure' : 'Success',
    clientIp: change.ip,
    ...user,
  }
  return auditRecord(world, base, {
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: change.extended ?? [{ Name: 'additionalDetails', Value: '{}' }],
    ModifiedProperties: change.modified,
    Actor: actor,
    ActorContextId: world.tenantId,
    ActorIpAddress: change.ip,
    InterSystemsId: correlationId,
    IntraSystemsId: transactionId,
    SupportTicketId: '',
    Target: change.target,
    TargetContextId: world.tenantId,
  })
}

/** Types of an actor: 5 a user principal name, 2 an object, 1 a display name. */
function actorOf(actor: Person | ActingApplication) {
  if ('userPrincipalName' in actor)
    return {
      user: objectUser(actor),
      actor: [
        { ID: actor.userPrincipalName, Type: 5 },
        { ID: actor.id, Type: 2 },
        { ID: 'User', Type: 2 },
      ],
    }
  const principal = `ServicePrincipal_${actor.servicePrincipalId}`
  return {
    user: { userId: principal, userKey: 'Not Available', userType: 4 },
    actor: [
      { ID: actor.displayName, Type: 1 },
      { ID: actor.appId, Type: 2 },
      { ID: principal, Type: 2 },
      { ID: actor.servicePrincipalId, Type: 2 },
      { ID: 'ServicePrincipal', Type: 2 },
    ],
  }
}
