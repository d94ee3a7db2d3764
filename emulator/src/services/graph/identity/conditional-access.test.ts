import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Answer, Json } from '#testing/client.ts'

const ALL = ['Policy.Read.All', 'Policy.ReadWrite.ConditionalAccess', 'Application.Read.All']

const { client } = await cloudOf({ live: 'off', epoch: Date.UTC(2026, 10, 20, 12), frozen: true, throttle: 'off' })
const ask = await client.withRoles(ALL)

const LOCATIONS = '/v1.0/identity/conditionalAccess/namedLocations'
const POLICIES = '/v1.0/identity/conditionalAccess/policies'
const later = () => client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 5_000 } })
const values = ({ json }: Answer): Json[] => [...json['value']!]

const location = (addresses = ['203.0.113.77/32']) => ({
  '@odata.type': '#microsoft.graph.ipNamedLocation',
  displayName: 'Blocked by incident response',
  isTrusted: false,
  ipRanges: addresses.map((cidrAddress) => ({ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress })),
})

const policy = (locationId?: unknown) => ({
  displayName: 'Block addresses',
  state: 'enabled',
  conditions: {
    clientAppTypes: ['all'],
    applications: { includeApplications: ['All'] },
    users: { includeUsers: ['All'] },
    ...(locationId === undefined ? {} : { locations: { includeLocations: [locationId] } }),
  },
  grantControls: { operator: 'OR', builtInControls: ['block'] },
})

describe('Conditional Access', () => {
  it('has a baseline: everybody with a second factor but for emergencies, no legacy protocols, one that only reports', async () => {
    const policies = values(await ask(POLICIES))
    expect(policies.map(({ state }) => String(state)).sort()).toEqual([
      'enabled',
      'enabled',
      'enabled',
      'enabledForReportingButNotEnforced',
    ])
    const excluded = policies.map(({ conditions }) => conditions!['users']!['excludeGroups']![0])
    expect(new Set(excluded.map(String)).size).toBe(1)
  })

  behavior('documentation', 'names locations of two sorts, each with what belongs to it', async () => {
    const found = values(await ask(LOCATIONS))
    expect(found.map((each) => String(each['@odata.type']))).toEqual([
      '#microsoft.graph.ipNamedLocation',
      '#microsoft.graph.countryNamedLocation',
    ])
    const filter = encodeURIComponent("isof('microsoft.graph.countryNamedLocation')")
    expect(values(await ask(`${LOCATIONS}?$filter=${filter}`))[0]!['countriesAndRegions']).toEqual(['NL', 'PT', 'CA'])
  })

  behavior(
    'documentation',
    'blocks addresses: a location, a policy on it, and neither can go while the other needs it',
    async () => {
      const made = await ask(LOCATIONS, { method: 'POST', body: location() })
      expect([made.status, made.json['ipRanges']![0]!['cidrAddress']]).toEqual([201, '203.0.113.77/32'])
      const path = `${LOCATIONS}/${made.json['id']}`
      const block = await ask(POLICIES, { method: 'POST', body: policy(made.json['id']) })
      expect([block.status, block.json['state']]).toEqual([201, 'enabled'])
      expect((await ask(path, { method: 'DELETE' })).status).toBe(400)
      await ask(path, { method: 'PATCH', body: location(['203.0.113.77/32', '198.51.100.0/24']) })
      await later()
      expect([...(await ask(path)).json['ipRanges']!]).toHaveLength(2)
      expect(
        (await ask(`${POLICIES}/${block.json['id']}`, { method: 'PATCH', body: { state: 'disabled' } })).status,
      ).toBe(204)
      await later()
      expect((await ask(`${POLICIES}/${block.json['id']}`)).json).toMatchObject({
        state: 'disabled',
        displayName: 'Block addresses',
      })
      expect((await ask(`${POLICIES}/${block.json['id']}`, { method: 'DELETE' })).status).toBe(204)
      expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
      await later()
      expect((await ask(path)).status).toBe(404)
    },
  )

  behavior('documentation', 'keeps a trusted location until it is trusted no more', async () => {
    const made = await ask(LOCATIONS, { method: 'POST', body: { ...location(), isTrusted: true } })
    const path = `${LOCATIONS}/${made.json['id']}`
    expect((await ask(path, { method: 'DELETE' })).status).toBe(400)
    await ask(path, { method: 'PATCH', body: { '@odata.type': '#microsoft.graph.ipNamedLocation', isTrusted: false } })
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
  })

  behavior('documentation', 'is written only with the permissions that belong together', async () => {
    for (const roles of [['Policy.ReadWrite.ConditionalAccess'], ['Policy.Read.All'], ALL.slice(0, 2)]) {
      const lesser = await client.withRoles(roles)
      const answer = await lesser(POLICIES, { method: 'POST', body: policy() })
      expect([answer.status, answer.json['error']!['code']]).toEqual([403, 'AccessDenied'])
    }
    const two = await client.withRoles(ALL.slice(0, 2))
    expect((await two(LOCATIONS, { method: 'POST', body: location() })).status).toBe(201)
  })

  it.each([
    ['state', { state: 'on' }],
    ['name', { displayName: '' }],
    ['controls', { grantControls: { operator: 'OR', builtInControls: [] } }],
    ['operator', { grantControls: { operator: 'XOR', builtInControls: ['mfa'] } }],
    ['control', { grantControls: { operator: 'OR', builtInControls: ['magic'] } }],
    ['combination', { grantControls: { operator: 'OR', builtInControls: ['block', 'mfa'] } }],
    ['conditions', { conditions: null }],
    ['users', { conditions: { ...policy().conditions, users: { includeUsers: [] } } }],
    ['user', { conditions: { ...policy().conditions, users: { includeUsers: ['nobody'] } } }],
    ['application', { conditions: { ...policy().conditions, applications: { includeApplications: ['nothing'] } } }],
    ['clients', { conditions: { ...policy().conditions, clientAppTypes: ['telnet'] } }],
    ['location', { conditions: { ...policy().conditions, locations: { includeLocations: ['nowhere'] } } }],
    ['property', { nonsense: true }],
  ])('refuses a policy with a bad %s', async (_what, change) => {
    const answer = await ask(POLICIES, { method: 'POST', body: { ...policy(), ...change } })
    expect([answer.status, answer.json['error']!['code']]).toEqual([400, 'BadRequest'])
  })

  it.each([
    ['range', location(['203.0.113.0/33'])],
    ['wide range', location(['203.0.0.0/7'])],
    ['address', location(['nowhere'])],
    ['list of ranges', location([])],
    ['sort', { displayName: 'x' }],
    [
      'country',
      { '@odata.type': '#microsoft.graph.countryNamedLocation', displayName: 'x', countriesAndRegions: ['Holland'] },
    ],
    ['property', { ...location(), nonsense: 1 }],
  ])('refuses a location with a bad %s', async (_what, body) => {
    const answer = await ask(LOCATIONS, { method: 'POST', body })
    expect([answer.status, answer.json['error']!['code']]).toEqual([400, 'BadRequest'])
  })
})
