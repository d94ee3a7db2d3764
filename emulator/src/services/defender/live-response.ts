import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'

import { LIVE_RESPONSE } from '#throttle/limits.ts'
import { isOpen, machineActions, progressOf } from '#world/defender/actions.ts'
import { protocolNow } from '#clock.ts'
import { runCommands } from '#world/defender/live-response.ts'
import type { Cloud } from '#cloud.ts'
import type { LiveCommand } from '#world/defender/actions.ts'
import type { Reply, Request } from '#http/exchange.ts'

import { DefenderError, invalidBody, invalidInput, missingParameter, notFound } from './errors.ts'
import { READ_MACHINES, context, readBody } from './route.ts'
import { actionOf, readComment, record } from './actions.ts'
import { machineOf } from './machines.ts'
import type { Call, Route } from './route.ts'

/** Live response: commands run on a machine, and links to what they gave. */
export const liveResponseRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/machines/:machine/runliveresponse',
    roles: ['Machine.LiveResponse'],
    limit: LIVE_RESPONSE,
    handle: runLiveResponse,
  },
  { method: 'GET', pattern: '/machineactions/:action/:function', roles: READ_MACHINES, handle: getDownloadLink },
]

/** Sessions of a tenant at the same time. */
const SESSIONS = 25
const COMMANDS: Record<LiveCommand['type'], readonly string[]> = {
  PutFile: ['FileName'],
  RunScript: ['ScriptName'],
  GetFile: ['Path'],
}

function runLiveResponse(call: Call): Reply {
  const { tenant } = call
  const machine = machineOf(call)
  const body = readBody(call)
  const comment = readComment(body)
  const commands = readCommands(body['Commands'])
  const open = [...tenant.objects(machineActions).all()].filter(
    (action) => action.type === 'LiveResponse' && isOpen(progressOf(tenant.world, action, tenant.now)),
  )
  if (open.length >= SESSIONS && !open.some(({ machineId }) => machineId === machine.id))
    throw new DefenderError(429, 'TooManyRequests', `There are already ${SESSIONS} live response sessions.`, 60)
  if (open.some(({ machineId }) => machineId === machine.id))
    throw new DefenderError(400, 'ActiveRequestAlreadyExists', 'Action is already in progress')
  const outcomes = runCommands(tenant, machine, commands)
  return record(call, machine, { type: 'LiveResponse', comment, scope: null, commands, outcomes })
}

function readCommands(value: unknown): LiveCommand[] {
  if (value === undefined) throw missingParameter('Commands')
  if (!Array.isArray(value) || value.length === 0) throw invalidBody("'Commands' must be a list of commands.")
  if (value.length > 10) throw invalidInput('A request holds at most 10 commands.')
  return value.map(readCommand)
}

function readCommand(value: unknown): LiveCommand {
  const { type, params = [] } = (value ?? {}) as { type?: unknown; params?: unknown }
  if (typeof type !== 'string' || !Object.hasOwn(COMMANDS, type))
    throw invalidInput(`'${String(type)}' is not a valid command type: ${Object.keys(COMMANDS).join(', ')}.`)
  const pairs = Array.isArray(params) ? (params as { key?: unknown; value?: unknown }[]) : []
  if (!Array.isArray(params) || !pairs.every((pair) => typeof pair?.key === 'string' && typeof pair.value === 'string'))
    throw invalidBody("'params' must be a list of {key, value}.")
  for (const name of COMMANDS[type as LiveCommand['type']])
    if (!pairs.some(({ key }) => key === name)) throw missingParameter(name)
  return { type: type as LiveCommand['type'], params: pairs as LiveCommand['params'] }
}

/** Links are valid half an hour. */
const LIFETIME = 30 * 60_000
export const RESULTS = 'investigation-actions-data'

/** `GetLiveResponseResultDownloadLink(index=0)`: where the result of a command that completed can be fetched. */
function getDownloadLink(call: Call): Reply {
  const asked = /^GetLiveResponseResultDownloadLink\(index=(\d{1,3})\)$/i.exec(call.params['function']!)
  if (!asked) throw notFound(`The function ${call.params['function']!}`)
  const action = actionOf(call)
  const index = Number(asked[1])
  const outcome = action.outcomes?.[index]
  const progress = progressOf(call.tenant.world, action, call.tenant.now)
  if (!outcome) throw invalidInput(`The action has no command ${index}.`)
  if (progress.endedAt === undefined || outcome.error !== undefined || outcome.result === undefined)
    throw notFound(`The result of command ${index}`)
  const end = new Date(protocolNow() + LIFETIME).toISOString()
  const path = `/${RESULTS}/${call.tenant.world.tenantId}/${action.id}/${index}`
  const query = `sv=2024-11-04&se=${encodeURIComponent(end)}&sr=b&sp=r&sig=${encodeURIComponent(sign(path, end))}`
  return {
    status: 200,
    body: { '@odata.context': context('Edm.String'), value: `${call.request.origin}${path}?${query}` },
  }
}

const sign = (path: string, end: string) => createHmac('sha256', 'result').update(`${path}\n${end}`).digest('base64')

/** The bytes behind a link: a script's report as JSON, a file packed with gzip. Undefined where the link is none, or too old. */
export function readResult(cloud: Cloud, request: Request): Reply {
  const [, tenantId, actionId = '', index] = request.segments
  const [end = '', signature] = [request.query.get('se'), request.query.get('sig')]
  if (signature !== sign(request.path, end) || Date.parse(end) <= protocolNow()) return refusedLink
  const tenant = cloud.tenants.find(({ world }) => world.tenantId === tenantId)
  const action = tenant?.objects(machineActions).find(actionId)
  const result = action?.outcomes?.[Number(index)]?.result
  if (result === undefined) return refusedLink
  const bytes = Buffer.from(result, 'base64')
  const isFile = action!.commands?.[Number(index)]?.type === 'GetFile'
  return {
    status: 200,
    headers: { 'content-type': isFile ? 'application/gzip' : 'application/json' },
    body: isFile ? gzipSync(bytes) : bytes,
  }
}

const refusedLink: Reply = {
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message></Error>',
}
