import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Answer, Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off', epoch: Date.UTC(2026, 10, 20, 12), frozen: true, throttle: 'off' })
const ask = await client.withRoles([
  'RoleManagement.ReadWrite.Directory',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Device.ReadWrite.All',
])

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
const SECURITY_READER = '5d6b6bb7-de71-4623-b4af-96380a352509'
const ASSIGNMENTS = '/v1.0/roleManagement/directory/roleAssignments'

const later = () => client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 5_000 } })
const quoted = (filter: string) => encodeURIComponent(filter)
const values = ({ json }: Answer): Json[] => [...json['value']!]

const userAt = async (index: number) => values(await ask('/v1.0/users?$top=999&$select=id,displayName'))[index]!

describe('directory roles', () => {
  behavior(
    'documentation',
    'have the published ids and are held by people, a group and service principals',
    async () => {
      const definitions = values(await ask('/v1.0/roleManagement/directory/roleDefinitions'))
      expect(definitions.find(({ displayName }) => String(displayName) === 'Global Administrator')!['id']).toBe(
        GLOBAL_ADMINISTRATOR,
      )
      await client.withRoles(['User.Read.All'], undefined, [SECURITY_READER])
      const held = values(await ask(`${ASSIGNMENTS}?$expand=principal`))
      const types = new Set(held.map(({ principal }) => String(principal!['@odata.type'])))
      expect(types).toEqual(
        new Set(['#microsoft.graph.user', '#microsoft.graph.group', '#microsoft.graph.servicePrincipal']),
      )
    },
  )

  it('are in use where somebody holds one: among the holders of the highest are two accounts for emergencies', async () => {
    const active = values(await ask('/v1.0/directoryRoles'))
    const global = active.find(({ roleTemplateId }) => String(roleTemplateId) === GLOBAL_ADMINISTRATOR)!
    const members = values(await ask(`/v1.0/directoryRoles/${global['id']}/members`)).map(
      ({ displayName }) => displayName,
    )
    expect(members).toEqual(expect.arrayContaining(['Emergency Access 1', 'Emergency Access 2']))
    const byTemplate = await ask(`/v1.0/directoryRoles(roleTemplateId='${GLOBAL_ADMINISTRATOR}')/members`)
    expect(values(byTemplate)).toHaveLength(members.length)
  })

  behavior('documentation', 'are given and taken, and show among what a user is a member of', async () => {
    const { id } = await userAt(100)
    const body = { principalId: id, roleDefinitionId: SECURITY_READER, directoryScopeId: '/' }
    const made = await ask(ASSIGNMENTS, { method: 'POST', body })
    expect([made.status, made.json['roleDefinitionId']]).toEqual([201, SECURITY_READER])
    expect((await ask(ASSIGNMENTS, { method: 'POST', body })).status).toBe(400)
    const filter = quoted(`principalId eq '${id}'`)
    expect(values(await ask(`${ASSIGNMENTS}?$filter=${filter}`))).toEqual([])
    await later()
    expect(
      values(await ask(`${ASSIGNMENTS}?$filter=${filter}&$expand=roleDefinition`))[0]!['roleDefinition'],
    ).toMatchObject({
      displayName: 'Security Reader',
    })
    const memberOf = values(await ask(`/v1.0/users/${id}/memberOf`))
    expect(memberOf.map((each) => String(each['@odata.type']))).toContain('#microsoft.graph.directoryRole')
    expect((await ask(`${ASSIGNMENTS}/${made.json['id']}`, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect(values(await ask(`${ASSIGNMENTS}?$filter=${filter}`))).toEqual([])
  })

  behavior('documentation', 'given to an application are in its next token', async () => {
    const made = await client.send('/_emu/applications', { method: 'POST', body: { roles: ['User.Read.All'] } })
    const [id, secret] = [String(made.json['clientId']), String(made.json['secret'])]
    const wids = async () => {
      const token = await client.tokenFor(id, secret, 'https://graph.microsoft.com')
      return (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { wids: string[] }).wids
    }
    expect(await wids()).not.toContain(SECURITY_READER)
    const principal = await ask(`/v1.0/servicePrincipals(appId='${id}')?$select=id`)
    const body = { principalId: principal.json['id'], roleDefinitionId: SECURITY_READER, directoryScopeId: '/' }
    expect((await ask(ASSIGNMENTS, { method: 'POST', body })).status).toBe(201)
    await later()
    expect(await wids()).toContain(SECURITY_READER)
  })

  behavior('documentation', 'are taken from an administrator by his membership, and given back', async () => {
    const members = `/v1.0/directoryRoles(roleTemplateId='${GLOBAL_ADMINISTRATOR}')/members`
    const someone = values(await ask(members))[0]!['id']
    expect((await ask(`${members}/${someone}/$ref`, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect(values(await ask(members)).map(({ id }) => id)).not.toContain(someone)
    const body = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${someone}` }
    expect((await ask(`${members}/$ref`, { method: 'POST', body })).status).toBe(204)
    await later()
    expect(values(await ask(members)).map(({ id }) => id)).toContain(someone)
  })

  it.each([
    ['GET', `${ASSIGNMENTS}/nothing`, undefined, 404],
    ['POST', ASSIGNMENTS, {}, 400],
    ['POST', ASSIGNMENTS, { principalId: 'x', roleDefinitionId: SECURITY_READER }, 404],
    ['POST', ASSIGNMENTS, { principalId: 'x', roleDefinitionId: 'x' }, 404],
    ['GET', '/v1.0/directoryRoles/nothing', undefined, 404],
    ['DELETE', `/v1.0/directoryRoles/${GLOBAL_ADMINISTRATOR}/members/nobody/$ref`, undefined, 404],
  ])('%s %s with %j is answered with %d', async (method, path, body, status) => {
    expect((await ask(path, { method, ...(body ? { body } : {}) })).status).toBe(status)
  })
})

describe('devices', () => {
  behavior('documentation', 'are joined, hybrid or registered, and found by either id', async () => {
    const all = values(await ask('/v1.0/devices?$top=999'))
    expect(new Set(all.map(({ trustType }) => String(trustType)))).toEqual(
      new Set(['AzureAd', 'ServerAd', 'Workplace']),
    )
    const [device] = all
    expect((await ask(`/v1.0/devices/${device!['id']}`)).json['deviceId']).toBe(device!['deviceId'])
    expect((await ask(`/v1.0/devices(deviceId='${device!['deviceId']}')`)).json['id']).toBe(device!['id'])
    const found = values(
      await ask(`/v1.0/devices?$filter=${quoted(`deviceId eq '${device!['deviceId']}'`)}&$select=id`),
    )
    expect(found).toEqual([{ id: device!['id'] }])
  })

  behavior('documentation', 'belong to people: owner of a device, devices of an owner', async () => {
    const user = await userAt(12)
    const owned = values(await ask(`/v1.0/users/${user['id']}/ownedDevices`))
    expect(owned.length).toBeGreaterThan(0)
    const owners = values(await ask(`/v1.0/devices/${owned[0]!['id']}/registeredOwners`))
    expect(owners.map(({ id }) => id)).toEqual([user['id']])
  })

  behavior('documentation', 'are disabled and deleted', async () => {
    const [device] = values(await ask('/v1.0/devices?$top=1'))
    const path = `/v1.0/devices/${device!['id']}`
    expect((await ask(path, { method: 'PATCH', body: { accountEnabled: false } })).status).toBe(204)
    await later()
    expect((await ask(path)).json['accountEnabled']).toBe(false)
    expect((await ask(path, { method: 'PATCH', body: { trustType: 'AzureAd' } })).status).toBe(400)
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect((await ask(path)).status).toBe(404)
  })
})

describe('objects of any type', () => {
  behavior('documentation', 'are found by id, and many at once, each saying what it is', async () => {
    const user = await userAt(3)
    const [group] = values(await ask('/v1.0/groups?$top=1'))
    const one = await ask(`/v1.0/directoryObjects/${user['id']}`)
    expect(one.json['@odata.type']).toBe('#microsoft.graph.user')
    const ids = [user['id'], group!['id'], '00000000-0000-4000-8000-000000000000']
    const byIds = (types?: string[]) =>
      ask('/v1.0/directoryObjects/getByIds', { method: 'POST', body: { ids, ...(types ? { types } : {}) } })
    expect(values(await byIds()).map(({ id }) => id)).toEqual([user['id'], group!['id']])
    expect(values(await byIds(['group'])).map(({ id }) => id)).toEqual([group!['id']])
  })
})

describe('the tenant', () => {
  behavior('documentation', 'tells its domains and its licenses', async () => {
    const reader = await client.withRoles(['Organization.Read.All', 'Domain.Read.All', 'User.Read.All'])
    const domains = values(await reader('/v1.0/domains'))
    expect(domains.map(({ isDefault, isInitial }) => [isDefault, isInitial])).toEqual([
      [true, false],
      [false, true],
    ])
    expect((await reader(`/v1.0/domains/${domains[0]!['id']}`)).json['supportedServices']).toContain('Email')
    expect(values(await reader('/v1.0/subscribedSkus'))[0]).toMatchObject({
      skuPartNumber: 'ENTERPRISEPACK',
      consumedUnits: 220,
    })
    expect((await reader(`/v1.0/organization/${client.tenant.id}`)).json['displayName']).toBe('Harbor & Finch')
  })

  behavior('documentation', 'has the service plans of the directory that it has paid for', async () => {
    const reader = await client.withRoles(['LicenseAssignment.Read.All'])
    const premium = async () => {
      const [sku] = values(await reader('/v1.0/subscribedSkus'))
      const plans = sku!['servicePlans'] as unknown as { servicePlanName: string }[]
      const names = plans.map(({ servicePlanName }) => servicePlanName)
      return names.filter((name) => name.startsWith('AAD_PREMIUM'))
    }
    const seen: string[][] = []
    for (const plan of ['free', 'P1', 'P2']) {
      await client.send('/_emu/entra-plan', { method: 'POST', body: { plan } })
      seen.push(await premium())
    }
    expect(seen).toEqual([[], ['AAD_PREMIUM'], ['AAD_PREMIUM', 'AAD_PREMIUM_P2']])
  })
})
