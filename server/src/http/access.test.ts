import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { parseTenantId } from '#domain/ids.ts'
import { allows, type Right, RIGHTS, ROLES, type Standing } from '#domain/user.ts'

import type { Access, Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { ADMINISTRATOR, type Answer, type CallOptions, type Cordon, startCordon } from './testing/start-cordon.ts'

/** Every route asked by everybody: what is declared is what the server does. */

const HERE = parseTenantId('11111111-1111-4111-8111-111111111111')!
const ELSEWHERE = parseTenantId('22222222-2222-4222-8222-222222222222')!
const STANDINGS: readonly Standing[] = ['none', ...ROLES]
const ALL = Object.keys(RIGHTS) as Right[]
const INTAKE = { name: 'test', dataset: 'o365.audit' }

let cordon: Cordon
/** Tokens by what their owner, or they themselves, may do. */
const tokens = new Map<string, string>()

beforeAll(async () => {
  cordon = await startCordon()
  await cordon.app.tenants.ensure(HERE, 'Here')
  await cordon.app.tenants.ensure(ELSEWHERE, 'Elsewhere')
  const person = async (name: string, role: Standing, here: Standing) => {
    const tenantRoles = here === 'none' ? {} : { [HERE]: here }
    const user = await cordon.app.users.create(cordon.administrator, { name, role, tenantRoles, password: name })
    const most = ROLES[Math.max(ROLES.indexOf(role as 'viewer'), ROLES.indexOf(here as 'viewer'))]
    // Who has no role at all gets no token: a session has to do.
    if (most) tokens.set(name, (await cordon.app.apiTokens.create(user, { name, role: most, days: 1 })).token)
  }
  for (const standing of STANDINGS) {
    await person(`${standing} of all`, standing, 'none')
    await person(`${standing} here`, 'none', standing)
  }
  const token = async (name: string, scope: { rights?: Right[]; tenantIds?: string[] }) => {
    const request = { name, role: 'administrator' as const, days: 1, ...scope }
    tokens.set(name, (await cordon.app.apiTokens.create(cordon.administrator, request)).token)
  }
  await token('all rights here', { tenantIds: [HERE] })
  for (const right of ALL) {
    await token(`only ${right}`, { rights: [right] })
    await token(`all but ${right}`, { rights: ALL.filter((each) => each !== right) })
  }
}, 120_000)
afterAll(() => cordon.stop())

const name = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`
const isOfTenant = ({ path }: Route) => path.startsWith('/tenants/{tenantId}')

/** Lets in, says that the right is missing, or that there is no such tenant. */
const verdictOf = ({ status, body }: Answer) =>
  status === 403 && body['code'] === 'AUTH_RIGHT_MISSING'
    ? 'refused'
    : status === 404 && body['code'] === 'TENANT_NOT_FOUND'
      ? 'no tenant'
      : status === 401
        ? 'nobody'
        : 'let in'

const ask = async (route: Route, token: string | null, tenant: string = HERE) => {
  const path = route.path.replace('{tenantId}', tenant).replaceAll(/\{\w+\}/g, 'none')
  return verdictOf(await cordon.call(route.method.toUpperCase(), path, { token }))
}

const may = (standing: Standing, access: Access) => access === 'signed-in' || allows(standing, access as Right)
const guarded = ROUTES.flatMap((route) =>
  route.access === 'public' || route.access === 'intake-key' ? [] : [{ route, access: route.access }],
)

const pushed = ROUTES.filter(({ access }) => access === 'intake-key')

describe('access', () => {
  test.each(guarded.map((each) => [name(each.route), each] as const))(
    '%s serves exactly the roles it names, here and elsewhere',
    async (_, { route, access }) => {
      const found: Record<string, string> = { anyone: await ask(route, null) }
      const due: Record<string, string> = { anyone: 'nobody' }
      for (const role of ROLES) {
        const [ofAll, here] = [tokens.get(`${role} of all`)!, tokens.get(`${role} here`)!]
        const right = may(role, access) ? 'let in' : 'refused'
        found[`${role} of all`] = await ask(route, ofAll)
        due[`${role} of all`] = right
        found[`${role} here`] = await ask(route, here)
        due[`${role} here`] = isOfTenant(route) ? right : may('none', access) ? 'let in' : 'refused'
        if (!isOfTenant(route)) continue
        found[`${role} of all, elsewhere`] = await ask(route, ofAll, ELSEWHERE)
        due[`${role} of all, elsewhere`] = right
        found[`${role} here, elsewhere`] = await ask(route, here, ELSEWHERE)
        due[`${role} here, elsewhere`] = 'no tenant'
      }
      expect(found).toEqual(due)
    },
  )

  test.each(guarded.map((each) => [name(each.route), each] as const))(
    '%s serves tokens that have its right, in their tenants',
    async (_, { route, access }) => {
      const asked = async (which: string, tenant = HERE) => ask(route, tokens.get(which)!, tenant)
      const found = [await asked('all rights here')]
      const isRead = access === 'signed-in' && route.method === 'get'
      const due = [isOfTenant(route) || isRead ? 'let in' : 'refused']
      if (isOfTenant(route)) {
        found.push(await asked('all rights here', ELSEWHERE))
        due.push('no tenant')
      }
      if (access === 'signed-in') {
        found.push(await asked('only alert.read'))
        due.push(isRead ? 'let in' : 'refused')
      } else {
        found.push(await asked(`only ${access}`), await asked(`all but ${access}`))
        due.push('let in', 'refused')
      }
      expect(found).toEqual(due)
    },
  )

  test('who has no role is let in nowhere but to what is their own', async () => {
    const body = { name: 'none of all', password: 'none of all' }
    const signedIn = await cordon.call('POST', '/session', { token: null, body })
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    for (const { route, access } of guarded.filter((each) => each.route.path !== '/session')) {
      const path = route.path.replace('{tenantId}', HERE).replaceAll(/\{\w+\}/g, 'none')
      const answer = await cordon.call(route.method.toUpperCase(), path, { token: null, headers })
      const due = isOfTenant(route) ? 'no tenant' : access === 'signed-in' ? 'let in' : 'refused'
      expect([name(route), verdictOf(answer)]).toEqual([name(route), due])
    }
  })

  test.each(pushed.map((route) => [name(route), route] as const))(
    '%s serves intake keys, and no user whatever the role',
    async (_, { method, path }) => {
      const refused = { status: 401, body: { code: 'AUTH_INTAKE_KEY_REFUSED' } }
      const push = (options: CallOptions) => cordon.call(method.toUpperCase(), path, options)
      for (const token of [null, ...ROLES.map((role) => tokens.get(`${role} of all`)!)])
        expect(await push({ token })).toMatchObject(refused)
      const signedIn = await cordon.call('POST', '/session', { token: null, body: ADMINISTRATOR })
      const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
      const session = { cookie, 'sec-fetch-site': 'same-origin' }
      expect(await push({ token: null, headers: session })).toMatchObject(refused)
      const { key } = await cordon.app.intakeKeys.create(cordon.administrator, HERE, INTAKE)
      expect((await push({ token: key })).body['code']).not.toBe('AUTH_INTAKE_KEY_REFUSED')
    },
  )

  test('an intake key opens nothing that is for users', async () => {
    const { key } = await cordon.app.intakeKeys.create(cordon.administrator, HERE, INTAKE)
    const answers = await Promise.all(guarded.map(({ route }) => ask(route, key)))
    expect(new Set(answers)).toEqual(new Set(['nobody']))
  })

  test('only health and the ways to sign in are public', () => {
    const open = ROUTES.filter(({ access }) => access === 'public').map(name)
    expect(open.toSorted()).toEqual([
      'GET /health',
      'GET /sign-on',
      'GET /sign-on/callback',
      'GET /sign-on/start',
      'POST /session',
    ])
  })

  test('no route is listed twice', () => {
    expect(new Set(ROUTES.map(name)).size).toBe(ROUTES.length)
  })

  test('what changes something needs more than a right to read, save what is listed here', () => {
    const isSlight = ({ access }: Route) => access === 'signed-in' || access.endsWith('.read')
    const slight = ROUTES.filter((route) => route.method !== 'get' && isSlight(route)).map(name)
    expect(slight.toSorted()).toEqual([
      'DELETE /session',
      'DELETE /sessions/{id}',
      'DELETE /tokens/{id}',
      'POST /connections/plan',
      'POST /session/password',
      'POST /tenants/{tenantId}/collected-files/{id}/download',
      'POST /tenants/{tenantId}/investigations/{id}/export/eml',
      'POST /tenants/{tenantId}/investigations/{id}/export/stix',
      'POST /tenants/{tenantId}/investigations/{id}/hits/{hitId}/look',
      'POST /tenants/{tenantId}/rule-checks',
      'POST /tenants/{tenantId}/rules/{id}/back-test',
      'POST /tenants/{tenantId}/rules/{id}/explain',
      'POST /tokens',
    ])
  })
})
