import { applications, createApplication } from '#world/applications.ts'
import { protocolNow } from '#clock.ts'
import { findAzureRole } from '#world/azure/roles.ts'
import { resourceOfRole } from '#world/resources.ts'
import type { Application } from '#world/applications.ts'
import type { Reply, Request } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { ControlError, bad, readBody } from './request.ts'

/** Registrations, made and changed past Graph: what an administrator does in the portal. */

type Body = Record<string, unknown>
type Settings = Partial<Omit<Application, 'principal'>> & { principal?: (typeof PRINCIPALS)[number] }

/** `{name, roles, directoryRoles, expiredSecret, …}` gives a new registration with its secret; more in {@link settingsOf}. */
export function addApplication(tenant: Tenant, request: Request): Reply {
  const body = readBody(request)
  const { name = 'Added application', expiredSecret = false } = body
  if (typeof name !== 'string') throw bad('`name` must be text.')
  const settings = settingsOf(body)
  const made = createApplication(name, settings.roles ?? [], (what) => tenant.newId(what), {
    directoryRoles: settings.directoryRoles ?? [],
    ...(expiredSecret === true ? { secretLifetime: -60_000 } : {}),
  })
  const application = tenant.objects(applications).put(made.clientId, withSettings(made, settings))
  return { status: 201, body: { ...shown(application), secret: application.secrets[0]!.value } }
}

/** The same members, and `"revoke": true`: tokens issued until now are worth nothing to clients that ask again. */
export function changeApplication(tenant: Tenant, request: Request, clientId: string): Reply {
  const application = tenant.objects(applications).find(clientId.toLowerCase())
  if (!application) throw new ControlError(404, 'ApplicationNotFound', `There is no application '${clientId}'.`)
  const body = readBody(request)
  const changed: Application = {
    ...withSettings(application, settingsOf(body)),
    ...(body['revoke'] === true ? { tokensValidFrom: new Date(protocolNow()).toISOString() } : {}),
  }
  tenant.objects(applications).put(application.clientId, changed)
  return { status: 200, body: shown(changed) }
}

function withSettings(application: Application, { principal, ...settings }: Settings): Application {
  const { principal: before, ...rest } = application
  const after = principal ?? before
  return { ...rest, ...settings, ...(after === undefined || after === 'enabled' ? {} : { principal: after }) }
}

/** Without credentials. */
function shown(application: Application): object {
  const { secrets: _, certificates: __, ...rest } = application
  return rest
}

const LISTS = ['roles', 'directoryRoles', 'azureRoles', 'requestedRoles', 'redirectUris'] as const
const FLAGS = ['publicClient', 'multiTenant'] as const
const PRINCIPALS = ['enabled', 'disabled', 'deleted'] as const

/** What the body says about a registration, each member left out where absent. @throws ControlError 400. */
function settingsOf(body: Body): Settings {
  const lists = LISTS.flatMap((name) => (body[name] === undefined ? [] : [[name, textsOf(body[name], name)] as const]))
  for (const [name, values] of lists)
    if (name === 'roles' || name === 'requestedRoles') {
      const unknown = values.find((role) => !resourceOfRole(role))
      if (unknown !== undefined) throw bad(`No API here has an app role '${unknown}'.`)
    }
  const unknown = lists.find(([name]) => name === 'azureRoles')?.[1].find((role) => !findAzureRole(role))
  if (unknown !== undefined) throw bad(`There is no Azure role '${unknown}' here.`)
  const flags = FLAGS.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name] === true] as const]))
  const principal = PRINCIPALS.find((each) => each === body['principal'])
  if (body['principal'] !== undefined && !principal) throw bad(`\`principal\` must be ${PRINCIPALS.join(', ')}.`)
  return {
    ...Object.fromEntries([...lists, ...flags]),
    ...(body['userRoles'] === undefined ? {} : { userRoles: rolesByUser(body['userRoles']) }),
    ...(principal ? { principal } : {}),
  }
}

function textsOf(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw bad(`\`${name}\` must be a list of texts.`)
  return value
}

function rolesByUser(value: unknown): Record<string, string[]> {
  if (typeof value !== 'object' || value === null)
    throw bad('`userRoles` must have lists of roles by object id of users.')
  return Object.fromEntries(Object.entries(value).map(([id, roles]) => [id.toLowerCase(), textsOf(roles, 'userRoles')]))
}
