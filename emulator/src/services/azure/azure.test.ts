import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startEmulator } from '#index.ts'
import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import type { Ask, Answer, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

let emulator: Emulator
let client: Client
let subscription: string

type Asker = (path: string, ask?: Ask) => Promise<Answer>

const EPOCH = Date.parse('2026-11-20T12:00:00Z')
const AZURE = 'https://management.azure.com'
const VERSION = 'api-version=2022-12-01'

beforeAll(async () => {
  emulator = await startEmulator({ tenants: 2, frozen: true, epoch: EPOCH, throttle: 'off' })
  client = clientOf(emulator)
  const { json } = await (await cordon())(`/subscriptions?${VERSION}`)
  subscription = String(json['value']![0]!['id'])
})

afterAll(async () => {
  client.close()
  await emulator.stop()
})

const asker = async (clientId: string, secret: string, audience = AZURE): Promise<Asker> => {
  const token = await client.tokenFor(clientId, secret, audience)
  return (path, ask = {}) =>
    client.send(path, { ...ask, headers: { authorization: `Bearer ${token}`, ...ask.headers } })
}

/** One of the applications that were there from the beginning. */
async function cordon(audience = AZURE): Promise<Asker> {
  const { clientId, secret } = emulator.tenants[0]!.applications[0]!
  return asker(clientId, secret, audience)
}

interface Registered {
  ask: Asker
  clientId: string
  principalId: string
}

/** A registration with these Azure roles on every subscription. */
async function holding(...azureRoles: string[]): Promise<Registered> {
  const { json } = await client.send('/_emu/applications', {
    method: 'POST',
    body: { name: 'Made by a test', azureRoles },
  })
  const [clientId, principalId] = [String(json['clientId']), String(json['servicePrincipalId'])]
  return { ask: await asker(clientId, String(json['secret'])), clientId, principalId }
}

const errorOf = ({ status, json }: Answer) => [status, String(json['error']!['code'])]
const list = ({ json }: Answer): Json[] => [...json['value']!]

describe('Azure Resource Manager: who may', () => {
  behavior(
    'documentation',
    'a token for Graph, a broken one and none are 401, each with a code of its own and a challenge',
    async () => {
      const path = `/subscriptions?${VERSION}`
      const answers = [
        await client.send(path),
        await client.send(path, { headers: { authorization: 'Bearer nonsense' } }),
        await (await cordon('https://graph.microsoft.com'))(path),
      ]
      expect(answers.map(errorOf)).toEqual([
        [401, 'AuthenticationFailed'],
        [401, 'InvalidAuthenticationToken'],
        [401, 'InvalidAuthenticationTokenAudience'],
      ])
      for (const { headers } of answers) expect(headers['www-authenticate']).toContain('Bearer authorization_uri=')
    },
  )

  behavior('third-party code', 'the audience is accepted in the spelling of the old portal as well', async () => {
    for (const audience of ['https://management.core.windows.net/', 'https://management.azure.com/'])
      expect((await (await cordon(audience))(`/subscriptions?${VERSION}`)).status).toBe(200)
  })

  behavior(
    'documentation',
    'an application without a role sees no subscription, and is refused with its ids, the action and the scope',
    async () => {
      const { ask, clientId, principalId } = await holding()
      expect(list(await ask(`/subscriptions?${VERSION}`))).toEqual([])
      const answer = await ask(`${subscription}?${VERSION}`)
      expect(errorOf(answer)).toEqual([403, 'AuthorizationFailed'])
      expect(answer.json['error']!['message']).toBe(
        `The client '${clientId}' with object id '${principalId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/read' over scope '${subscription}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      )
    },
  )

  behavior(
    'documentation',
    'Reader and Monitoring Reader read everything, Security Reader the alerts and not the activity log',
    async () => {
      const log = `${subscription}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=eventTimestamp ge '2026-11-20T00:00:00Z'`
      const alerts = `${subscription}/providers/Microsoft.Security/alerts?api-version=2022-01-01`
      for (const [role, mayReadLog] of [
        ['Reader', 200],
        ['Monitoring Reader', 200],
        ['Security Reader', 403],
      ] as const) {
        const { ask } = await holding(role)
        expect([(await ask(alerts)).status, (await ask(log)).status]).toEqual([200, mayReadLog])
      }
    },
  )

  behavior(
    'documentation',
    'the subscription of another tenant is refused, an unknown and a malformed one are not found',
    async () => {
      const ask = await cordon()
      const { clientId, secret } = emulator.tenants[1]!.applications[0]!
      const answer = await client.send(`/${emulator.tenants[1]!.id}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: secret,
          scope: `${AZURE}/.default`,
        }).toString(),
      })
      const headers = { authorization: `Bearer ${String(answer.json['access_token'])}` }
      const other = await client.send(`/subscriptions?${VERSION}`, { headers })
      expect(errorOf(await ask(`${String(list(other)[0]!['id'])}?${VERSION}`))).toEqual([
        401,
        'InvalidAuthenticationTokenTenant',
      ])
      expect(errorOf(await ask(`/subscriptions/00000000-0000-4000-8000-000000000000?${VERSION}`))).toEqual([
        404,
        'SubscriptionNotFound',
      ])
      expect(errorOf(await ask(`/subscriptions/mine?${VERSION}`))).toEqual([400, 'InvalidSubscriptionId'])
    },
  )
})

describe('Azure Resource Manager: requests', () => {
  behavior('captured', 'a request without api-version is refused', async () => {
    const answer = await (await cordon())('/subscriptions')
    expect(errorOf(answer)).toEqual([400, 'MissingApiVersionParameter'])
    expect(answer.json['error']!['message']).toBe(
      'The api-version query parameter (?api-version=) is required for all requests.',
    )
  })

  behavior('captured', 'an api-version that there is not is refused with those that there are', async () => {
    const ask = await cordon()
    const own = await ask('/subscriptions?api-version=2001-01-01')
    expect(errorOf(own)).toEqual([400, 'InvalidApiVersionParameter'])
    expect(own.json['error']!['message']).toMatch(
      /^The api-version '2001-01-01' is invalid\. The supported versions are '.*2019-11-01.*'\.$/,
    )
    const provider = await ask(`${subscription}/providers/Microsoft.Security/alerts?api-version=2001-01-01`)
    expect(provider.json['error']!['message']).toContain("could not be found in the namespace 'Microsoft.Security'")
  })

  behavior(
    'documentation',
    'each answer has ids of the request, and how many more of its kind there may be',
    async () => {
      const { headers } = await (
        await cordon()
      )(`${subscription}?${VERSION}`, {
        headers: { 'x-ms-correlation-request-id': 'c0ffee00-0000-4000-8000-000000000000' },
      })
      expect(headers['x-ms-request-id']).toMatch(/^[\da-f-]{36}$/)
      expect(headers['x-ms-correlation-request-id']).toBe('c0ffee00-0000-4000-8000-000000000000')
      expect(Number(headers['x-ms-ratelimit-remaining-subscription-reads'])).toBeGreaterThan(0)
    },
  )

  behavior('documentation', 'more than 250 reads at once are throttled, with the time to wait', async () => {
    const strict = await startEmulator({ frozen: true, epoch: EPOCH })
    const own = clientOf(strict)
    try {
      const { clientId, secret } = strict.tenants[0]!.applications[0]!
      const token = await own.tokenFor(clientId, secret, AZURE)
      const headers = { authorization: `Bearer ${token}` }
      const answers = await Promise.all(Array.from({ length: 252 }, () => own.send(`/tenants?${VERSION}`, { headers })))
      const refused = answers.filter(({ status }) => status === 429)
      expect(refused).toHaveLength(2)
      expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0)
    } finally {
      own.close()
      await strict.stop()
    }
  })

  behavior('documentation', 'tenants, subscriptions, resource groups and resources can be listed', async () => {
    const ask = await cordon()
    const [tenant] = list(await ask(`/tenants?${VERSION}`))
    expect(tenant!['tenantId']).toBe(emulator.tenants[0]!.id)
    expect((await ask(`${subscription}?${VERSION}`)).json).toMatchObject({ id: subscription, state: 'Enabled' })
    const groups = list(await ask(`${subscription}/resourcegroups?${VERSION}`))
    expect(groups.map(({ name }) => String(name))).toContain('rg-logging')
    const resources = list(
      await ask(`${subscription}/resources?${VERSION}&$filter=resourceType eq 'Microsoft.EventHub/namespaces'`),
    )
    expect(resources.map(({ name }) => `${String(name)}.servicebus.windows.net`)).toEqual([
      emulator.eventHubs[0]!.namespace,
    ])
    expect((await ask(`${String(resources[0]!['id'])}?${VERSION}`)).status).toBe(200)
  })

  it('unknown groups, resources, paths and filters have answers of their own', async () => {
    const ask = await cordon()
    expect(errorOf(await ask(`${subscription}/resourceGroups/none?${VERSION}`))).toEqual([404, 'ResourceGroupNotFound'])
    expect(
      errorOf(await ask(`${subscription}/resourceGroups/rg-logging/providers/Microsoft.Web/sites/x?${VERSION}`)),
    ).toEqual([404, 'ResourceNotFound'])
    expect(
      errorOf(await ask(`${subscription}/providers/Microsoft.Nothing/things?${VERSION}`, { mayBeMissing: true })),
    ).toEqual([501, 'NotImplemented'])
    expect(errorOf(await ask(`${subscription}/resources?${VERSION}&$filter=name eq 'x'`))).toEqual([400, 'BadRequest'])
    expect(errorOf(await ask(`${subscription}/resources?${VERSION}&$skiptoken=x`))).toEqual([400, 'BadRequest'])
  })
})

describe('Azure Resource Manager: activity log', () => {
  const events = (filter: string, more = '') =>
    `${subscription}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=${filter}${more}`

  async function all(ask: Asker, path: string): Promise<{ found: Json[]; pages: number }> {
    const found: Json[] = []
    let [next, pages]: [string | undefined, number] = [path, 0]
    while (next !== undefined) {
      const answer: Answer = await ask(next)
      expect(answer.status).toBe(200)
      found.push(...list(answer))
      next = answer.json['nextLink'] as string | undefined
      pages++
    }
    return { found, pages }
  }

  behavior('documentation', 'three months are read page by page, newest first, none twice', async () => {
    const { found, pages } = await all(await cordon(), events("eventTimestamp ge '2026-08-23T12:00:00Z'"))
    const times = found.map((each) => String(each['eventTimestamp']))
    expect(pages).toBeGreaterThan(3)
    expect(new Set(found.map((each) => String(each['id']))).size).toBe(found.length)
    expect(times).toEqual(times.toSorted().toReversed())
    expect(times.at(-1)! >= '2026-08-23T12:00:00').toBe(true)
  })

  behavior('third-party code', 'bounds come without quotation marks and with microseconds as well', async () => {
    const ask = await cordon()
    const quoted = await all(
      ask,
      events("eventTimestamp ge '2026-11-19T00:00:00Z' and eventTimestamp le '2026-11-20T06:00:00Z'"),
    )
    const bare = await all(
      ask,
      events('eventTimestamp ge 2026-11-19T00:00:00.000000 and eventTimestamp le 2026-11-20T06:00:00.000000'),
    )
    expect(quoted.found.length).toBeGreaterThan(20)
    expect(bare.found.map(({ id }) => id)).toEqual(quoted.found.map(({ id }) => id))
  })

  behavior(
    'documentation',
    'an operation begins and ends with the same correlation id, and names caller, address and claims',
    async () => {
      const ask = await cordon()
      const { found } = await all(ask, events("eventTimestamp ge '2026-11-18T00:00:00Z'"))
      const one = found.find((each) => (each['status']!['value'] as unknown) === 'Succeeded')!
      const same = await all(
        ask,
        events(`eventTimestamp ge '2026-11-17T00:00:00Z' and correlationId eq '${String(one['correlationId'])}'`),
      )
      const stages = same.found.map((each) => String(each['status']!['value']))
      expect([stages[0], stages.at(-1)]).toEqual(['Succeeded', 'Started'])
      expect(one).toMatchObject({
        subscriptionId: subscription.slice('/subscriptions/'.length),
        tenantId: emulator.tenants[0]!.id,
        level: 'Informational',
      })
      expect(one['httpRequest']!['clientIpAddress']).toMatch(/^(192\.0\.2|198\.51\.100)\.\d+$/)
      expect(one['eventTimestamp']).toMatch(/T\d\d:\d\d:\d\d\.\d{7}Z$/)
    },
  )

  it('people who call are people of the directory', async () => {
    const { found } = await all(await cordon(), events("eventTimestamp ge '2026-11-15T00:00:00Z'"))
    const names = [...new Set(found.map(({ caller }) => String(caller)).filter((name) => name.includes('@')))]
    const ask = await client.withRoles(['User.Read.All'])
    expect(names.length).toBeGreaterThan(1)
    for (const name of names)
      expect((await ask(`/v1.0/users/${name}?$select=department`)).json['department']).toBe('IT')
  })

  behavior(
    'documentation',
    'a resource group, a provider and a resource can be asked for, and only one of them at once',
    async () => {
      const ask = await cordon()
      const span = "eventTimestamp ge '2026-11-10T00:00:00Z'"
      const { found } = await all(ask, events(`${span} and resourceGroupName eq 'RG-BERTH-PLANNER'`))
      expect(found.length).toBeGreaterThan(0)
      for (const each of found) expect(each['resourceGroupName']).toBe('rg-berth-planner')
      const provider = await all(ask, events(`${span} and resourceProvider eq 'Microsoft.Storage'`))
      for (const each of provider.found) expect(each['operationName']!['value']).toMatch(/^Microsoft\.Storage\//)
      expect(errorOf(await ask(events(`${span} and resourceGroupName eq 'a' and resourceProvider eq 'b'`)))).toEqual([
        400,
        'BadRequest',
      ])
    },
  )

  behavior('documentation', '$select leaves out what is not named', async () => {
    const [first] = list(
      await (
        await cordon()
      )(events("eventTimestamp ge '2026-11-19T00:00:00Z'", '&$select=eventDataId,Caller')),
    )
    expect(Object.keys(first!)).toEqual(['eventDataId', 'caller'])
  })

  behavior('inferred', 'filters without a start, beyond 90 days, upside down or misspelt are refused', async () => {
    const ask = await cordon()
    const filters = [
      '',
      "eventTimestamp le '2026-11-20T00:00:00Z'",
      "eventTimestamp ge '2026-08-20T00:00:00Z'",
      "eventTimestamp ge '2026-11-20T00:00:00Z' and eventTimestamp le '2026-11-19T00:00:00Z'",
      "eventTimestamp ge 'yesterday'",
      "eventTimestamp ge '2026-11-20T00:00:00Z' or caller eq 'x'",
      "eventTimestamp ge '2026-11-20T00:00:00Z' and",
      "eventTimestamp ge '2026-11-20T00:00:00Z",
      "caller eq 'x'",
    ]
    for (const filter of filters) expect(errorOf(await ask(events(filter)))).toEqual([400, 'BadRequest'])
    expect(errorOf(await ask(events("eventTimestamp ge '2026-11-20T00:00:00Z'", '&$skipToken=x')))).toEqual([
      400,
      'BadRequest',
    ])
  })
})

describe('Azure Resource Manager: Defender for Cloud', () => {
  const ALERTS = 'providers/Microsoft.Security/alerts?api-version=2022-01-01'

  behavior(
    'documentation',
    'alerts are listed by subscription, resource group and location, and read one by one',
    async () => {
      const ask = await cordon()
      const whole = list(await ask(`${subscription}/${ALERTS}`))
      const inGroup = list(await ask(`${subscription}/resourceGroups/rg-logging/${ALERTS}`))
      const inLocation = list(
        await ask(`${subscription}/providers/Microsoft.Security/locations/westeurope/alerts?api-version=2022-01-01`),
      )
      expect(whole.length).toBeGreaterThan(3)
      expect(inLocation).toHaveLength(whole.length)
      expect(inGroup.map(({ id }) => String(id)).every((id) => id.includes('/resourceGroups/rg-logging/'))).toBe(true)
      const one = await ask(`${String(whole[0]!['id'])}?api-version=2022-01-01`)
      expect(one.json).toEqual(whole[0])
      expect(one.json['properties']).toMatchObject({
        vendorName: 'Microsoft',
        productName: 'Microsoft Defender for Cloud',
        isIncident: false,
      })
    },
  )

  behavior(
    'documentation',
    'the state of an alert is changed by who may, and the change is in the activity log',
    async () => {
      const { ask } = await holding('Security Admin', 'Reader')
      const alert = list(await ask(`${subscription}/${ALERTS}`)).find(
        (each) => (each['properties']!['status'] as unknown) === 'Active',
      )
      const path = String(alert!['id'])
      const change = (what: string, by: Asker) => by(`${path}/${what}?api-version=2022-01-01`, { method: 'POST' })
      const status = async () => (await ask(`${path}?api-version=2022-01-01`)).json['properties']!['status'] as unknown
      expect(errorOf(await change('dismiss', await cordon()))).toEqual([403, 'AuthorizationFailed'])
      for (const [what, after] of [
        ['inProgress', 'InProgress'],
        ['resolve', 'Resolved'],
        ['activate', 'Active'],
        ['dismiss', 'Dismissed'],
      ] as const) {
        expect((await change(what, ask)).status).toBe(204)
        expect(await status()).toBe(after)
      }
      await client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 30 * 60_000 } })
      const log = `${subscription}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=eventTimestamp ge '2026-11-20T11:59:00Z' and resourceUri eq '${path}'`
      const actions = list(await ask(log)).map((each) => String(each['operationName']!['value']))
      expect(new Set(actions)).toEqual(
        new Set(
          ['dismiss', 'activate', 'resolve', 'inProgress'].map(
            (each) => `Microsoft.Security/locations/alerts/${each}/action`,
          ),
        ),
      )
    },
  )

  it('an alert that there is not is 404', async () => {
    const path = `${subscription}/resourceGroups/rg-logging/providers/Microsoft.Security/locations/westeurope/alerts/none?api-version=2022-01-01`
    expect(errorOf(await (await cordon())(path))).toEqual([404, 'AlertNotFound'])
  })
})

describe('Azure Resource Manager: role assignments', () => {
  const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  const path = (scope: string, name: string) =>
    `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`
  const GUID = '11111111-2222-4333-8444-5555555555'
  const body = (principalId: string, role = READER) => ({
    properties: {
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId,
    },
  })

  behavior(
    'documentation',
    'an assignment lets a principal in at its scope and below, until it is deleted',
    async () => {
      const { ask } = await holding('User Access Administrator')
      const { ask: newcomer, principalId } = await holding()
      const group = `${subscription}/resourceGroups/rg-logging`
      const made = await ask(path(group, `${GUID}01`), { method: 'PUT', body: body(principalId) })
      expect(made.status).toBe(201)
      expect(made.json['properties']).toMatchObject({ principalId, scope: group })
      expect((await newcomer(`${group}?${VERSION}`)).status).toBe(200)
      expect((await newcomer(`${subscription}?${VERSION}`)).status).toBe(403)
      expect(list(await newcomer(`/subscriptions?${VERSION}`))).toHaveLength(1)
      expect((await ask(path(group, `${GUID}01`), { method: 'DELETE' })).status).toBe(200)
      expect((await ask(path(group, `${GUID}01`), { method: 'DELETE' })).status).toBe(204)
      expect((await newcomer(`${group}?${VERSION}`)).status).toBe(403)
    },
  )

  behavior('documentation', 'only who may assign roles can, and the same role only once', async () => {
    const { principalId } = await holding()
    const { ask } = await holding('Owner')
    const { ask: contributor } = await holding('Contributor')
    expect(
      errorOf(await contributor(path(subscription, `${GUID}02`), { method: 'PUT', body: body(principalId) })),
    ).toEqual([403, 'AuthorizationFailed'])
    expect((await ask(path(subscription, `${GUID}03`), { method: 'PUT', body: body(principalId) })).status).toBe(201)
    expect(errorOf(await ask(path(subscription, `${GUID}04`), { method: 'PUT', body: body(principalId) }))).toEqual([
      409,
      'RoleAssignmentExists',
    ])
  })

  it('malformed names, roles, principals and bodies are refused', async () => {
    const { ask } = await holding('Owner')
    const { principalId } = await holding()
    const put = async (name: string, content: object | string) =>
      errorOf(await ask(path(subscription, name), { method: 'PUT', body: content }))
    expect(await put('mine', body(principalId))).toEqual([400, 'InvalidRoleAssignmentId'])
    expect(await put(`${GUID}05`, body('nobody'))).toEqual([400, 'InvalidPrincipalId'])
    expect(await put(`${GUID}05`, body(principalId, 'none'))).toEqual([400, 'RoleDefinitionDoesNotExist'])
    expect(await put(`${GUID}05`, '{')).toEqual([400, 'InvalidRequestContent'])
    expect(await put(`${GUID}05`, { properties: { principalId } })).toEqual([400, 'InvalidCreateRoleAssignmentRequest'])
    expect(errorOf(await ask(path(subscription, `${GUID}05`)))).toEqual([404, 'RoleAssignmentNotFound'])
  })

  behavior('documentation', 'assignments and role definitions can be listed and filtered', async () => {
    const { ask, principalId } = await holding('Reader')
    const all = list(
      await ask(`${subscription}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`),
    )
    const own = list(
      await ask(
        `${subscription}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=principalId eq '${principalId}'`,
      ),
    )
    expect(all.length).toBeGreaterThan(own.length)
    expect(own.map((each) => String(each['properties']!['roleDefinitionId']).split('/').at(-1))).toEqual([READER])
    const [definition] = list(
      await ask(
        `${subscription}/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&$filter=roleName eq 'Reader'`,
      ),
    )
    expect(definition!['properties']!['permissions']![0 as never]!['actions']).toEqual(['*/read'])
  })

  it('an application cannot be registered with a role that there is not', async () => {
    expect((await client.send('/_emu/applications', { method: 'POST', body: { azureRoles: ['King'] } })).status).toBe(
      400,
    )
  })
})
