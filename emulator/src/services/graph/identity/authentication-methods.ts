import { METHOD_KINDS, PASSWORD_METHOD, PHONE_METHODS, authenticationMethods } from '#world/authentication-methods.ts'
import { GraphError, badRequest } from '#services/graph/errors.ts'
import { allowOptions } from '#services/graph/odata/options.ts'
import { random } from '#world/random.ts'
import { readJson } from '#services/graph/json.ts'
import { replica } from '#world/replicas.ts'
import type { AuthenticationMethod, MethodKind } from '#world/authentication-methods.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'
import type { User } from '#world/users.ts'

import { audit, userTarget } from './audit.ts'
import { findUser } from './users.ts'
import { writtenUser } from './user-writes.ts'
import { time } from './user-type.ts'

/** How a user proves who they are: all methods in one list, and each kind in a list of its own. */

const METHOD = 'microsoft.graph.authenticationMethod'
const READ = ['UserAuthenticationMethod.Read.All', 'UserAuthenticationMethod.ReadWrite.All']
const WRITE = 'UserAuthenticationMethod.ReadWrite.All'

/** What follows `UserAuthMethod-` in the permissions of one kind only. */
const NARROW: Record<MethodKind, string> = {
  password: 'Password',
  phone: 'Phone',
  microsoftAuthenticator: 'MicrosoftAuthApp',
  fido2: 'Passkey',
  windowsHelloForBusiness: 'WindowsHello',
  email: 'Email',
  softwareOath: 'SoftwareOATH',
  temporaryAccessPass: 'TAP',
}

const typeOf = (kind: MethodKind) => `microsoft.graph.${kind}AuthenticationMethod`

export const authenticationMethodRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/users/:user/authentication/methods',
    returns: `Collection(${METHOD})`,
    roles: READ,
    handle: (call) => listMethods(call),
  },
  {
    method: 'GET',
    pattern: '/users/:user/authentication/methods/:method',
    returns: METHOD,
    roles: READ,
    handle: (call) => getMethod(call),
  },
  {
    method: 'POST',
    pattern: '/users/:user/authentication/methods/:method/resetPassword',
    // No application permission opens it: only a signed-in administrator may.
    roles: [],
    handle: (call) => getMethod(call),
  },
  ...METHOD_KINDS.flatMap(routesOf),
  {
    method: 'POST',
    pattern: '/users/:user/authentication/phoneMethods',
    returns: typeOf('phone'),
    roles: [WRITE, 'UserAuthMethod-Phone.ReadWrite.All'],
    handle: addPhone,
  },
  {
    method: 'POST',
    pattern: '/users/:user/authentication/emailMethods',
    returns: typeOf('email'),
    roles: [WRITE, 'UserAuthMethod-Email.ReadWrite.All'],
    handle: addEmail,
  },
  {
    method: 'POST',
    pattern: '/users/:user/authentication/temporaryAccessPassMethods',
    returns: typeOf('temporaryAccessPass'),
    roles: [WRITE, 'UserAuthMethod-TAP.ReadWrite.All'],
    handle: addAccessPass,
  },
]

function routesOf(kind: MethodKind): Route[] {
  const pattern = `/users/:user/authentication/${kind}Methods`
  const roles = [...READ, `UserAuthMethod-${NARROW[kind]}.Read.All`, `UserAuthMethod-${NARROW[kind]}.ReadWrite.All`]
  return [
    {
      method: 'GET',
      pattern,
      returns: `Collection(${typeOf(kind)})`,
      roles,
      handle: (call) => listMethods(call, kind),
    },
    {
      method: 'GET',
      pattern: `${pattern}/:method`,
      returns: typeOf(kind),
      roles,
      handle: (call) => getMethod(call, kind),
    },
    ...(kind === 'password'
      ? []
      : [
          {
            method: 'DELETE' as const,
            pattern: `${pattern}/:method`,
            roles: [WRITE, `UserAuthMethod-${NARROW[kind]}.ReadWrite.All`],
            handle: (call: Call) => deleteMethod(call, kind),
          },
        ]),
  ]
}

const missing = () => new GraphError(404, 'resourceNotFound', 'Authentication method not found.')

function listMethods(call: Call, kind?: MethodKind): Reply {
  allowOptions(call.request.query, [])
  const user = findUser(call)
  const segment = kind ? `${kind}Methods` : 'methods'
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#users('${user.id}')/authentication/${segment}`,
      value: methodsOf(call, user)
        .filter((method) => kind === undefined || method.kind === kind)
        .map((method) => shape(call, method, kind === undefined)),
    },
  }
}

function getMethod(call: Call, kind?: MethodKind): Reply {
  allowOptions(call.request.query, [])
  const user = findUser(call)
  const method = methodsOf(call, user).find(({ id }) => id === call.params['method'])
  if (!method || (kind !== undefined && method.kind !== kind)) throw missing()
  return {
    status: 200,
    body: {
      '@odata.context': `${call.root}/$metadata#users('${user.id}')/authentication/${kind ?? 'm'}${kind ? 'Methods' : 'ethods'}/$entity`,
      ...shape(call, method, kind === undefined),
    },
  }
}

/** Those of a user as reads show them. One that a client made needs no password: every user has one. */
function methodsOf({ tenant }: Call, user: User): AuthenticationMethod[] {
  const now = replica(tenant, authenticationMethods)
  const born = [...(authenticationMethods.born(tenant.world).of?.(user.id) ?? [])].map(([id]) => id)
  const ids = new Set([...born, ...Array.from(now.touchedOf(user.id), ([id]) => id)])
  const found = [...ids].flatMap((id) => now.find(id) ?? [])
  if (user.person) return found
  return [
    {
      id: PASSWORD_METHOD,
      kind: 'password',
      createdAt: user.changes.createdAt ?? null,
      properties: { password: null },
    },
    ...found,
  ]
}

function shape(
  { tenant }: Call,
  { id, kind, createdAt, properties }: AuthenticationMethod,
  typed: boolean,
): Record<string, unknown> {
  return {
    ...(typed ? { '@odata.type': `#${typeOf(kind)}` } : {}),
    id,
    createdDateTime: createdAt === null ? null : time(createdAt),
    ...properties,
    ...(kind === 'temporaryAccessPass' ? usability(properties, tenant.now) : {}),
  }
}

function usability(properties: AuthenticationMethod['properties'], now: number) {
  const start = Date.parse(String(properties['startDateTime']))
  const end = start + Number(properties['lifetimeInMinutes']) * 60_000
  const reason = now < start ? 'NotYetValid' : now >= end ? 'Expired' : 'EnabledByPolicy'
  return { isUsable: reason === 'EnabledByPolicy', methodUsabilityReason: reason }
}

function deleteMethod(call: Call, kind: MethodKind): Reply {
  const user = writtenUser(call)
  const key = `${user.id}/${call.params['method']!}`
  const objects = call.tenant.objects(authenticationMethods)
  if (objects.find(key)?.kind !== kind) throw missing()
  objects.remove(key)
  audit(call, 'Admin deleted security info', 'UserManagement', 'Delete', [userTarget(user)], 'Authentication Methods')
  return { status: 204 }
}

function add(call: Call, user: User, method: AuthenticationMethod, secret: object = {}): Reply {
  call.tenant.objects(authenticationMethods).put(`${user.id}/${method.id}`, method)
  audit(call, 'Admin registered security info', 'UserManagement', 'Add', [userTarget(user)], 'Authentication Methods')
  return {
    status: 201,
    body: {
      '@odata.context': `${call.root}/$metadata#users('${user.id}')/authentication/${method.kind}Methods/$entity`,
      ...shape(call, method, false),
      ...secret,
    },
  }
}

function addPhone(call: Call): Reply {
  const user = writtenUser(call)
  const { phoneNumber, phoneType } = readJson(call.request)
  const type = Object.keys(PHONE_METHODS).find((each) => each === phoneType) as keyof typeof PHONE_METHODS | undefined
  if (!type) throw badRequest("Invalid value specified for property 'phoneType'.")
  if (typeof phoneNumber !== 'string' || !/^\+\d{1,3} ?\d[\dx -]{3,30}$/.test(phoneNumber))
    throw badRequest(
      "Invalid value specified for property 'phoneNumber'. A phone number must be in the form +1 5551234567.",
    )
  const id = PHONE_METHODS[type]
  if (call.tenant.objects(authenticationMethods).find(`${user.id}/${id}`))
    throw badRequest(`The user already has a phone of type ${type}.`)
  const properties = { phoneNumber, phoneType: type, smsSignInState: 'notAllowedByPolicy' }
  return add(call, user, { id, kind: 'phone', createdAt: call.tenant.now, properties })
}

function addEmail(call: Call): Reply {
  const user = writtenUser(call)
  const { emailAddress } = readJson(call.request)
  if (typeof emailAddress !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(emailAddress))
    throw badRequest("Invalid value specified for property 'emailAddress'.")
  const id = call.tenant.newId('authentication method')
  return add(call, user, { id, kind: 'email', createdAt: call.tenant.now, properties: { emailAddress } })
}

/** Ten minutes to thirty days; an hour unless asked for. */
const [SHORTEST, LONGEST, USUAL] = [10, 43_200, 60]

/** A new pass takes the place of an older one. It is told this once. */
function addAccessPass(call: Call): Reply {
  const { tenant } = call
  const user = writtenUser(call)
  if (user.person?.kind === 'guest')
    throw badRequest('Temporary Access Pass cannot be added to an external guest user.')
  const { isUsableOnce = false, lifetimeInMinutes = USUAL, startDateTime } = readJson(call.request)
  if (typeof isUsableOnce !== 'boolean') throw badRequest("Invalid value specified for property 'isUsableOnce'.")
  const minutes = Number(lifetimeInMinutes)
  if (typeof lifetimeInMinutes !== 'number' || !Number.isInteger(minutes) || minutes < SHORTEST || minutes > LONGEST)
    throw badRequest(`Temporary Access Pass lifetime must be between ${SHORTEST} and ${LONGEST} minutes.`)
  const start = startDateTime === undefined || startDateTime === null ? tenant.now : Date.parse(String(startDateTime))
  if (Number.isNaN(start)) throw badRequest("Invalid value specified for property 'startDateTime'.")
  const objects = tenant.objects(authenticationMethods)
  for (const id of objects.touchedIdsOf(user.id))
    if (objects.find(id)?.kind === 'temporaryAccessPass') objects.remove(id)
  const id = tenant.newId('access pass')
  const properties = {
    startDateTime: new Date(start).toISOString(),
    lifetimeInMinutes: minutes,
    isUsableOnce,
    temporaryAccessPass: null,
  }
  const secret = { temporaryAccessPass: random(tenant.world.seed, 'access pass', id).hex(8).toUpperCase() }
  return add(call, user, { id, kind: 'temporaryAccessPass', createdAt: tenant.now, properties }, secret)
}
