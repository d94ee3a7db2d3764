import { EXCHANGE } from '#world/resources.ts'
import { Router } from '#http/router.ts'
import { TRACE_CMDLET } from '#throttle/limits.ts'
import { auditDeed } from '#world/audit/audit-log.ts'
import { cmdlet as cmdletRecord } from '#world/audit/records/exchange.ts'
import { Query } from '#http/exchange.ts'
import { readCaller } from '#bearer.ts'
import type { Caller } from '#bearer.ts'
import type { Cloud } from '#cloud.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { Arguments } from './parameters.ts'
import {
  ExchangeError,
  Forbidden,
  NotBuilt,
  badBody,
  exchangeErrorReply,
  forbiddenReply,
  refusedBecause,
  throttledReply,
} from './errors.ts'
import { changesSomething, findCmdlet, isReal, replacementOf } from './cmdlets/index.ts'
import { encode } from './wire.ts'
import { mayName, mayUse } from './access.ts'
import { pageToken, readPageToken } from './paging.ts'
import type { Bound } from './paging.ts'
import type { Cmdlet, Invocation, Result } from './cmdlet.ts'

/**
 * The admin API of Exchange Online: one operation, `InvokeCommand`, that runs a PowerShell command given by name and
 * parameters. The Exchange PowerShell module speaks it; Microsoft documents only the six endpoints of version 2.0, which
 * take the same body.
 */
export function exchangeAdminService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<Handler>()
  for (const version of ['beta', 'v1.0']) {
    router.add('POST', `/adminapi/${version}/:tenant/InvokeCommand`, {
      run: (caller, request) => invoke(cloud, caller, request),
      role: 'Exchange.ManageAsApp',
    })
    router.add('POST', `/adminapi/${version}/:tenant/$batch`, {
      run: (caller, request) => batch(cloud, caller, request),
      role: 'Exchange.ManageAsApp',
    })
  }
  for (const [endpoint, names] of Object.entries(ENDPOINTS))
    router.add('POST', `/adminapi/v2.0/:tenant/${endpoint}`, {
      run: (caller, request) => invoke(cloud, caller, request, names),
      role: 'Exchange.ManageAsAppV2',
    })

  const answer = async (request: Request): Promise<Reply> => {
    const caller = await readCaller(cloud, keys, request, EXCHANGE.audience)
    if (typeof caller === 'string') return unauthorized
    const route = router.match(request.method, request.segments)
    if (!route) throw new NotBuilt(`${request.method} ${request.path}`)
    const { tenantId, domain, initialDomain } = caller.tenant.world
    const named = route.params['tenant']!.toLowerCase()
    if (!caller.roles.has(route.handler.role) || ![tenantId, domain, initialDomain].includes(named)) return unauthorized
    return route.handler.run(caller, request)
  }

  return {
    name: 'exchange-admin',
    hosts: ['outlook.office365.com', 'ps.compliance.protection.outlook.com'],
    owns: ([first = '']) => first.toLowerCase() === 'adminapi',
    handle: async (request) => decorate(request, await caught(() => answer(request))),
    refuse: (request, refusal) => decorate(request, refused(request, refusal)),
  }
}

interface Handler {
  run: (caller: Caller, request: Request) => Promise<Reply>
  /** App role without which nobody is let in. */
  role: string
}

/** Version 2.0: what each endpoint runs. */
const ENDPOINTS: Readonly<Record<string, readonly string[]>> = {
  AcceptedDomain: ['Get-AcceptedDomain'],
  DistributionGroupMember: ['Get-DistributionGroupMember'],
  DynamicDistributionGroupMember: ['Get-DynamicDistributionGroupMember'],
  Mailbox: ['Get-Mailbox', 'Set-Mailbox'],
  MailboxFolderPermission: ['Get-MailboxFolderPermission'],
  OrganizationConfig: ['Get-OrganizationConfig'],
}

const unauthorized: Reply = {
  status: 401,
  headers: {
    'www-authenticate':
      'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"',
  },
  body: '',
}

/** What the thrown says, as a reply. */
async function caught(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof ExchangeError) return exchangeErrorReply(error)
    if (error instanceof Forbidden) return forbiddenReply()
    if (error instanceof NotBuilt) return notBuiltReply(error.message)
    throw error
  }
}

const notBuiltReply = (what: string): Reply => ({
  status: 501,
  body: { error: { code: 'NotImplemented', message: `m365-emulator does not implement ${what}.` } },
})

function decorate(request: Request, reply: Reply): Reply {
  const id = request.headers['client-request-id']
  return {
    ...reply,
    headers: {
      'odata-version': '4.0',
      'x-feserver': 'EMU0001',
      ...(id ? { 'request-id': id } : {}),
      ...(typeof reply.body === 'object' && !Buffer.isBuffer(reply.body)
        ? { 'content-type': 'application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8' }
        : {}),
      ...reply.headers,
    },
  }
}

/** Runs the command of the body. Of a 2.0 endpoint, `allowed` are those it knows. */
async function invoke(cloud: Cloud, caller: Caller, request: Request, allowed?: readonly string[]): Promise<Reply> {
  const { name, parameters } = readInput(request)
  if (allowed && !allowed.some((each) => each.toLowerCase() === name.toLowerCase()))
    throw badBody(`The cmdlet '${name}' is not supported on this endpoint.`)
  const cmdlet = open(caller, name, Object.keys(parameters))
  // The one limit that is published.
  if (cmdlet.area === 'trace' && cloud.throttle.count(TRACE_CMDLET, caller.tenant.world.tenantId).over)
    return throttledReply()
  const given = new Arguments(parameters, cmdlet.parameters, cmdlet.mandatory)
  const bound: Bound = { body: request.body, anchor: request.headers['x-anchormailbox'] }
  const { now } = caller.tenant
  const start = readPageToken(request.query.get('$skiptoken'), bound, now)
  const call: Invocation = { ...caller, given, page: { start, size: pageSize(request) } }
  const result = await cmdlet.run(call)
  if (changesSomething(cmdlet.name)) leaveRecord(cmdlet, call)
  const next = result.more ? pageToken(bound, start + result.rows.length, now) : undefined
  return { status: 200, body: envelope(request, result, next) }
}

interface Input {
  name: string
  parameters: Record<string, unknown>
}

/** `{"CmdletInput":{"CmdletName":…,"Parameters":{…}}}`. @throws ExchangeError. */
function readInput(request: Request): Input {
  let body: unknown
  try {
    body = JSON.parse(request.body.toString('utf8'))
  } catch {
    throw badBody('The body of the request is not valid JSON.')
  }
  const input = isObject(body) ? body['CmdletInput'] : undefined
  const name = isObject(input) ? input['CmdletName'] : undefined
  if (!isObject(input) || typeof name !== 'string' || name.trim() === '')
    throw badBody("The parameter 'CmdletInput' is missing or has no 'CmdletName'.")
  const parameters = 'Parameters' in input ? input['Parameters'] : {}
  if (!isObject(parameters))
    throw badBody("A null value or a value that is no object was found for the property named 'Parameters'.")
  return { name: name.trim(), parameters }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The command, if the caller's directory roles show it. @throws Forbidden, NotBuilt. */
function open(caller: Caller, name: string, parameters: readonly string[]): Cmdlet {
  const cmdlet = findCmdlet(name)
  if (!cmdlet) {
    const replacement = replacementOf(name)
    if (replacement && mayUse(caller, 'trace', false))
      throw refusedBecause(`The cmdlet '${name}' is no longer supported. Use '${replacement}'.`)
    const seen = isReal(name) && mayUse(caller, 'recipients', changesSomething(name))
    throw seen ? new NotBuilt(`the cmdlet ${name}`) : new Forbidden()
  }
  const writes = changesSomething(cmdlet.name)
  if (!mayUse(caller, cmdlet.area, writes) || parameters.some((each) => !mayName(caller, each))) throw new Forbidden()
  const unbuilt = parameters.find((each) =>
    cmdlet.notBuilt?.some((known) => known.toLowerCase() === each.toLowerCase()),
  )
  if (unbuilt) throw new NotBuilt(`${cmdlet.name} -${unbuilt}`)
  return cmdlet
}

const LARGEST_PAGE = 1000

function pageSize(request: Request): number {
  const asked = Number(/odata\.maxpagesize\s*=\s*(\d+)/i.exec(request.headers['prefer'] ?? '')?.[1])
  return asked >= 1 ? Math.min(asked, LARGEST_PAGE) : LARGEST_PAGE
}

function envelope(request: Request, { rows, warnings = [] }: Result, next: string | undefined): object {
  const root = `${request.origin}${request.path.slice(0, request.path.lastIndexOf('/'))}`
  const selected = request.query.get('$select')
  const select = selected ? new Set(selected.split(',').map((name) => name.trim().toLowerCase())) : undefined
  const link = new Query('').with({ ...(selected ? { $select: selected } : {}), $skiptoken: next })
  return {
    '@odata.context': `${root}/$metadata#Collection(Exchange.GenericHashTable)`,
    // Written as the service does, with the dollar sign escaped.
    ...(next ? { '@odata.nextLink': `${request.origin}${request.path}?${link.replaceAll('$', '%24')}` } : {}),
    'adminapi.warnings@odata.type': '#Collection(String)',
    '@adminapi.warnings': warnings,
    value: rows.map((row) => encode(row, select)),
  }
}

/** What a change leaves in the audit log. */
function leaveRecord(cmdlet: Cmdlet, call: Invocation): void {
  const { tenant, appId, given } = call
  const record = cmdletRecord(tenant.world, {
    id: tenant.newId('audit'),
    at: tenant.now,
    person: { appId },
    ip: '127.0.0.1',
    name: cmdlet.name,
    objectId: cmdlet.audited?.(call) ?? given.text('Identity') ?? '',
    parameters: given.shown,
  })
  tenant.leave(auditDeed('Audit.Exchange', tenant.now, record))
}

const LARGEST_BATCH = 20

/** Several commands in one request; each answers for itself, in order. */
async function batch(cloud: Cloud, caller: Caller, request: Request): Promise<Reply> {
  let body: unknown
  try {
    body = JSON.parse(request.body.toString('utf8'))
  } catch {
    throw badBody('The body of the request is not valid JSON.')
  }
  const parts: unknown = isObject(body) ? body['requests'] : undefined
  if (!Array.isArray(parts) || !parts.every(isObject))
    throw badBody("The property 'requests' must be a list of requests.")
  if (parts.length > LARGEST_BATCH) throw badBody(`A batch can hold at most ${LARGEST_BATCH} requests.`)
  const responses: object[] = []
  for (const part of parts) {
    const reply = await caught(async () => invoke(cloud, caller, partOf(request, part)))
    responses.push({
      id: part['id'],
      status: reply.status,
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.isBuffer(reply.body) ? '' : reply.body,
    })
  }
  return { status: 200, body: { responses } }
}

/** The request that a part of a batch stands for. @throws ExchangeError for one that leads elsewhere. */
function partOf(request: Request, part: Record<string, unknown>): Request {
  const { url, body, headers } = part
  const path = request.path.replace(/\/[^/]*$/, '/InvokeCommand')
  const [where = '', query = ''] = (typeof url === 'string' ? url : '').split('?')
  if (!where.toLowerCase().endsWith('/invokecommand') || part['method'] !== 'POST')
    throw badBody(`The request '${where.slice(0, 200)}' can't be part of a batch.`)
  const own = isObject(headers)
    ? Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
        ),
      )
    : {}
  return {
    ...request,
    path,
    query: new Query(query),
    headers: { ...request.headers, ...own },
    body: Buffer.from(JSON.stringify(body ?? null)),
  }
}

function refused(request: Request, refusal: Refusal): Reply {
  switch (refusal.reason) {
    case 'malformed':
      return exchangeErrorReply(badBody(refusal.detail))
    case 'too large':
      return exchangeErrorReply(
        new ExchangeError('invocation', 'Microsoft.OData.ODataException', 'The request entity is too large.', {
          status: 413,
          code: 'RequestEntityTooLarge',
          detailed: false,
        }),
      )
    case 'not implemented':
      return notBuiltReply(`${request.method} ${request.path}`)
    case 'failed':
      return exchangeErrorReply(
        new ExchangeError(
          'cmdlet',
          'Microsoft.Exchange.Admin.OData.Core.ODataServiceException',
          'An internal server error occurred.',
          {
            status: 500,
            code: 'InternalServerError',
          },
        ),
      )
  }
}
