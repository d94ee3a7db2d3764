import { isOpen, machineActions, progressOf } from '#world/defender/actions.ts'
import { fileId, machineFiles } from '#world/defender/files.ts'
import { findMachine } from '#world/defender/machines.ts'
import type { ActionType, MachineAction } from '#world/defender/actions.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Machine } from '#world/defender/machines.ts'
import type { Reply } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { DefenderError, invalidBody, invalidInput, missingParameter, notFound } from './errors.ts'
import { READ_MACHINES, context, readBody } from './route.ts'
import { commandShapes } from './commands.ts'
import { list } from './list.ts'
import { machineOf } from './machines.ts'
import type { Call, Route } from './route.ts'

/** What can be asked of a machine, and what became of it. Live response is in a file of its own. */
interface Order {
  path: string
  type: ActionType
  role: string
  /** Reads what the type wants of the body. */
  read?: (body: Record<string, unknown>) => Pick<MachineAction, 'scope' | 'file'>
  platforms?: readonly Machine['osPlatform'][]
}

const WINDOWS = ['Windows11', 'WindowsServer2022'] as const

const ORDERS: readonly Order[] = [
  {
    path: 'isolate',
    type: 'Isolate',
    role: 'Machine.Isolate',
    read: (body) => ({ scope: oneOf(body, 'IsolationType', ['Full', 'Selective', 'UnManagedDevice']) }),
  },
  { path: 'unisolate', type: 'Unisolate', role: 'Machine.Isolate' },
  {
    path: 'StopAndQuarantineFile',
    type: 'StopAndQuarantineFile',
    role: 'Machine.StopAndQuarantine',
    platforms: WINDOWS,
    read: (body) => ({ scope: null, file: { fileIdentifier: readSha1(body), fileIdentifierType: 'Sha1' } }),
  },
  {
    path: 'runAntiVirusScan',
    type: 'RunAntiVirusScan',
    role: 'Machine.Scan',
    read: (body) => ({ scope: oneOf(body, 'ScanType', ['Quick', 'Full']) }),
  },
  {
    path: 'restrictCodeExecution',
    type: 'RestrictCodeExecution',
    role: 'Machine.RestrictExecution',
    platforms: WINDOWS,
  },
  {
    path: 'unrestrictCodeExecution',
    type: 'UnrestrictCodeExecution',
    role: 'Machine.RestrictExecution',
    platforms: WINDOWS,
  },
  { path: 'collectInvestigationPackage', type: 'CollectInvestigationPackage', role: 'Machine.CollectForensics' },
  { path: 'offboard', type: 'Offboard', role: 'Machine.Offboard', platforms: WINDOWS },
]

export const actionRoutes: readonly Route[] = [
  ...ORDERS.map((order): Route => ({
    method: 'POST',
    pattern: `/machines/:machine/${order.path}`,
    roles: [order.role],
    handle: (call) => give(call, order),
  })),
  { method: 'GET', pattern: '/machineactions', roles: READ_MACHINES, handle: listActions },
  { method: 'GET', pattern: '/machineactions/:action', roles: READ_MACHINES, handle: getAction },
  {
    method: 'POST',
    pattern: '/machineactions/:action/cancel',
    roles: [...new Set(ORDERS.map(({ role }) => role)), 'Machine.LiveResponse'],
    handle: cancelAction,
  },
]

function give(call: Call, { type, read, platforms }: Order): Reply {
  const machine = machineOf(call)
  const body = readBody(call)
  const comment = readComment(body)
  const own = read?.(body) ?? { scope: null }
  if (platforms && !platforms.includes(machine.osPlatform))
    throw new DefenderError(400, 'OsPlatformNotSupported', `The action is not supported on ${machine.osPlatform}.`)
  if (own.file) quarantine(call.tenant, machine, own.file.fileIdentifier)
  return record(call, machine, { type, comment, ...own })
}

/** A file that the machine has is taken away from where it lies. */
function quarantine(tenant: Tenant, machine: Machine, sha1: string): void {
  const id = fileId({ machineId: machine.id, sha1 })
  const file = tenant.objects(machineFiles).find(id)
  if (file) tenant.objects(machineFiles).put(id, { ...file, quarantined: true })
}

/** Stores an action: 201 and what it looks like. @throws DefenderError ActiveRequestAlreadyExists. */
export function record(
  call: Call,
  machine: Machine,
  asked: Pick<MachineAction, 'type' | 'comment' | 'scope' | 'file' | 'commands' | 'outcomes'>,
): Reply {
  const { tenant } = call
  const actions = tenant.objects(machineActions)
  for (const other of actions.all())
    if (
      other.machineId === machine.id &&
      other.type === asked.type &&
      isOpen(progressOf(tenant.world, other, tenant.now))
    )
      throw new DefenderError(400, 'ActiveRequestAlreadyExists', 'Action is already in progress')
  const action = actions.put(tenant.newId('machine action'), {
    id: tenant.newId('machine action'),
    machineId: machine.id,
    requestor: call.appName,
    createdAt: tenant.now,
    ...asked,
  })
  return { status: 201, body: { '@odata.context': context('MachineActions/$entity'), ...shape(call.tenant, action) } }
}

export const readComment = (body: Record<string, unknown>): string => readText(body, 'Comment')

function readText(body: Record<string, unknown>, name: string): string {
  const value = body[name]
  if (value === undefined || value === null || value === '') throw missingParameter(name)
  if (typeof value !== 'string') throw invalidBody(`'${name}' must be a string.`)
  return value
}

function oneOf(body: Record<string, unknown>, name: string, members: readonly string[]): string {
  const value = readText(body, name)
  if (!members.includes(value)) throw invalidInput(`'${value}' is not a valid ${name}: ${members.join(', ')}.`)
  return value
}

function readSha1(body: Record<string, unknown>): string {
  const value = readText(body, 'Sha1')
  if (!/^[\da-f]{40}$/i.test(value)) throw new DefenderError(400, 'InvalidHashValue', `'${value}' is not a SHA-1 hash.`)
  return value.toLowerCase()
}

const FIELDS: Fields = {
  id: 'string',
  type: 'string',
  status: 'string',
  machineId: 'string',
  requestor: 'string',
  creationDateTimeUtc: 'date',
  lastUpdateDateTimeUtc: 'date',
}

function listActions(call: Call): Reply {
  const { tenant } = call
  const newestFirst = [...tenant.objects(machineActions).all()].sort((a, b) => b.createdAt - a.createdAt)
  return list(
    call,
    'MachineActions',
    FIELDS,
    newestFirst.map((action) => shape(tenant, action)),
  )
}

/** The action a path names. @throws DefenderError ResourceNotFound. */
export function actionOf(call: Call): MachineAction {
  const wanted = call.params['action']!
  const action = call.tenant.objects(machineActions).find(wanted.toLowerCase())
  if (!action) throw notFound(`Machine action ${wanted}`)
  return action
}

function getAction(call: Call): Reply {
  const action = shape(call.tenant, actionOf(call))
  return { status: 200, body: { '@odata.context': context('MachineActions/$entity'), ...action } }
}

/** A pending or running action ends as Cancelled; the permission is the one of the action. */
function cancelAction(call: Call): Reply {
  const { tenant } = call
  const action = actionOf(call)
  readComment(readBody(call))
  const role = ORDERS.find(({ type }) => type === action.type)?.role ?? 'Machine.LiveResponse'
  if (!call.roles.has(role))
    throw new DefenderError(403, 'Forbidden', `The application does not have the required permission ${role}.`)
  if (!isOpen(progressOf(tenant.world, action, tenant.now)))
    throw new DefenderError(400, 'DisallowedOperation', 'The machine action has ended and cannot be cancelled.')
  const cancelled = { ...action, cancelledAt: tenant.now, cancelledBy: call.appName }
  tenant.objects(machineActions).put(action.id, cancelled)
  return { status: 200, body: { '@odata.context': context('MachineActions/$entity'), ...shape(tenant, cancelled) } }
}

const time = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '0000Z')

/** An action as it is on the wire. */
function shape(tenant: Tenant, action: MachineAction) {
  const progress = progressOf(tenant.world, action, tenant.now)
  return {
    id: action.id,
    type: action.type,
    title: null,
    requestor: action.requestor,
    requestorComment: action.comment,
    requestSource: 'PublicApi',
    status: progress.status,
    machineId: action.machineId,
    computerDnsName: findMachine(tenant.world, action.machineId)?.computerDnsName ?? null,
    creationDateTimeUtc: time(action.createdAt),
    lastUpdateDateTimeUtc: time(progress.changedAt),
    cancellationRequestor: action.cancelledBy ?? null,
    cancellationComment: null,
    cancellationDateTimeUtc: action.cancelledAt === undefined ? null : time(action.cancelledAt),
    errorHResult: 0,
    scope: action.scope,
    externalId: null,
    relatedFileInfo: action.file ?? null,
    commands: commandShapes(action, progress),
    troubleshootInfo: null,
  }
}
