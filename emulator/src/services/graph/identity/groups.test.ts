import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off', epoch: Date.UTC(2026, 10, 20, 12), frozen: true, throttle: 'off' })
const ask = await client.withRoles([
  'Directory.ReadWrite.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'RoleManagement.ReadWrite.Directory',
])

const EVENTUAL = { ConsistencyLevel: 'eventual' }
const later = () => client.send('/_emu/clock', { method: 'POST', body: { advanceMs: 5_000 } })
const quoted = (filter: string) => encodeURIComponent(filter)

async function groupNamed(name: string): Promise<Json> {
  const { json } = await ask(`/v1.0/groups?$filter=${quoted(`displayName eq '${name}'`)}`)
  return json['value']![0]!
}

async function everyId(path: string): Promise<string[]> {
  const ids: string[] = []
  for (let next: string | undefined = path; next;) {
    const { json } = await ask(next)
    ids.push(...[...json['value']!].map((each) => String(each['id'])))
    next = json['@odata.nextLink'] && String(json['@odata.nextLink'])
  }
  return ids
}

const reference = (id: unknown) => ({ '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${String(id)}` })

describe('groups', () => {
  behavior(
    'documentation',
    'are of every sort: Microsoft 365, security, dynamic, distribution, role-assignable',
    async () => {
      const { json } = await ask('/v1.0/groups?$top=999')
      const sorts = new Set(
        [...json['value']!].map((group) =>
          [
            String(group['groupTypes']),
            group['mailEnabled'],
            group['securityEnabled'],
            group['isAssignableToRole'],
          ].join(' '),
        ),
      )
      for (const sort of [
        'Unified true false ',
        'DynamicMembership false true ',
        ' true false ',
        ' true true ',
        ' false true ',
        ' false true true',
      ])
        expect(sorts).toContain(sort)
    },
  )

  it('name the company of a person in order, each once, whatever the page size', async () => {
    const everyone = await groupNamed('All Company')
    const whole = await everyId(`/v1.0/groups/${everyone['id']}/members?$top=999`)
    const cut = await everyId(`/v1.0/groups/${everyone['id']}/members?$top=33`)
    expect(cut).toEqual(whole)
    expect([whole.length, new Set(whole).size]).toEqual([220, 220])
  })

  behavior(
    'documentation',
    'within groups are members themselves, and theirs are transitive members, each once',
    async () => {
      const outer = await groupNamed('VPN Users')
      const direct = await ask(`/v1.0/groups/${outer['id']}/members?$top=999`)
      const types = [...direct.json['value']!].map((member) => String(member['@odata.type']))
      expect(types.filter((type) => type === '#microsoft.graph.group')).toHaveLength(2)
      const all = await everyId(`/v1.0/groups/${outer['id']}/transitiveMembers?$top=7`)
      expect(new Set(all).size).toBe(all.length)
      const finance = await everyId(`/v1.0/groups/${(await groupNamed('Department Finance'))['id']}/members?$top=999`)
      for (const id of finance) expect(all).toContain(id)
    },
  )

  behavior('documentation', 'are cut to one type of member by a cast, which can be counted and filtered', async () => {
    const { id } = await groupNamed('Back Office')
    const users = await ask(`/v1.0/groups/${id}/transitiveMembers/microsoft.graph.user?$count=true&$top=999`, {
      headers: EVENTUAL,
    })
    const count = await ask(`/v1.0/groups/${id}/transitiveMembers/microsoft.graph.user/$count`, { headers: EVENTUAL })
    expect(String(users.json['@odata.count'])).toBe(count.body.toString())
    expect([...users.json['value']!].length).toBe(Number(count.body.toString()))
    const groups = await ask(`/v1.0/groups/${id}/members/microsoft.graph.group`)
    expect([...groups.json['value']!].map((group) => group['displayName'])).toEqual([
      'Department Finance',
      'Department People',
      'Department Legal',
    ])
  })

  behavior(
    'documentation',
    'show members as type and id with nothing else to a caller who may not read users',
    async () => {
      const { id } = await groupNamed('Leadership')
      const members = await client.withRoles(['GroupMember.Read.All'])
      const { json } = await members(`/v1.0/groups/${id}/members?$select=id,displayName,mail`)
      expect(json['value']![0]).toEqual({
        '@odata.type': '#microsoft.graph.user',
        id: expect.any(String),
        displayName: null,
        mail: null,
      })
    },
  )

  behavior('documentation', 'hold devices and service principals as well as people', async () => {
    const computers = await groupNamed('Windows Computers')
    const first = await ask(`/v1.0/groups/${computers['id']}/members?$top=1`)
    expect(first.json['value']![0]).toMatchObject({
      '@odata.type': '#microsoft.graph.device',
      operatingSystem: 'Windows',
    })
    const automation = await groupNamed('Automation')
    const principals = await ask(`/v1.0/groups/${automation['id']}/members`)
    expect([...principals.json['value']!].map((each) => each['displayName'])).toContain('Cordon')
  })

  behavior('documentation', 'can be asked of a member: direct, transitive, which of these, and all ids', async () => {
    const finance = await groupNamed('Department Finance')
    const [person] = await everyId(`/v1.0/groups/${finance['id']}/members?$top=1`)
    const direct = await everyId(`/v1.0/users/${person}/memberOf`)
    const transitive = await everyId(`/v1.0/users/${person}/transitiveMemberOf`)
    const [back, vpn] = [(await groupNamed('Back Office'))['id'], (await groupNamed('VPN Users'))['id']].map(String)
    expect(direct).toContain(String(finance['id']))
    expect(direct).not.toContain(back)
    expect(transitive).toEqual(expect.arrayContaining([String(finance['id']), back, vpn]))
    const guests = (await groupNamed('Guests'))['id']
    const checked = await ask(`/v1.0/users/${person}/checkMemberGroups`, {
      method: 'POST',
      body: { groupIds: [vpn, guests] },
    })
    expect(checked.json['value']).toEqual([vpn])
    const ids = await ask(`/v1.0/users/${person}/getMemberObjects`, {
      method: 'POST',
      body: { securityEnabledOnly: true },
    })
    expect(ids.json['value']).toContain(vpn)
    const offices = await groupNamed('All Offices')
    expect(ids.json['value']).not.toContain(String(offices['id']))
  })

  behavior('documentation', 'take a member in and let it go, and a moment later reads have heard of it', async () => {
    const { id } = await groupNamed('MFA Exceptions')
    const user = (await ask('/v1.0/users?$top=1')).json['value']![0]!
    const add = () => ask(`/v1.0/groups/${id}/members/$ref`, { method: 'POST', body: reference(user['id']) })
    expect((await add()).status).toBe(204)
    expect(await everyId(`/v1.0/groups/${id}/members`)).toEqual([])
    expect((await add()).json['error']).toMatchObject({ code: 'Request_BadRequest' })
    await later()
    expect(await everyId(`/v1.0/groups/${id}/members`)).toEqual([user['id']])
    expect(await everyId(`/v1.0/users/${user['id']}/memberOf`)).toContain(String(id))
    const remove = () => ask(`/v1.0/groups/${id}/members/${user['id']}/$ref`, { method: 'DELETE' })
    expect((await remove()).status).toBe(204)
    await later()
    expect(await everyId(`/v1.0/groups/${id}/members`)).toEqual([])
    expect((await remove()).status).toBe(404)
  })

  behavior('documentation', 'lose a born member, and get back one who was taken out', async () => {
    const { id } = await groupNamed('Project Atlas')
    const [first] = await everyId(`/v1.0/groups/${id}/members`)
    await ask(`/v1.0/groups/${id}/members/${first}/$ref`, { method: 'DELETE' })
    await later()
    expect(await everyId(`/v1.0/groups/${id}/members?$top=999`)).not.toContain(first)
    await ask(`/v1.0/groups/${id}/members/$ref`, { method: 'POST', body: reference(first) })
    await later()
    const again = await everyId(`/v1.0/groups/${id}/members?$top=999`)
    expect(again.filter((each) => each === first)).toHaveLength(1)
  })

  behavior('documentation', 'with a rule or made in Exchange refuse members by hand', async () => {
    const user = (await ask('/v1.0/users?$top=1')).json['value']![0]!
    for (const name of ['Department Finance', 'Leadership']) {
      const { id } = await groupNamed(name)
      const answer = await ask(`/v1.0/groups/${id}/members/$ref`, { method: 'POST', body: reference(user['id']) })
      expect([answer.status, answer.json['error']!['code']]).toEqual([400, 'Request_BadRequest'])
    }
  })

  behavior('documentation', 'that can hold a role are changed only by who may manage roles', async () => {
    const { id } = await groupNamed('Tier 0 Administrators')
    const lesser = await client.withRoles(['Group.ReadWrite.All', 'Directory.Read.All'])
    const user = (await ask('/v1.0/users?$top=1')).json['value']![0]!
    const body = reference(user['id'])
    expect((await lesser(`/v1.0/groups/${id}/members/$ref`, { method: 'POST', body })).status).toBe(403)
    expect((await ask(`/v1.0/groups/${id}/members/$ref`, { method: 'POST', body })).status).toBe(204)
  })

  behavior('documentation', 'are made, changed and deleted; a Microsoft 365 group can be restored', async () => {
    const owner = (await ask('/v1.0/users?$top=1')).json['value']![0]!
    const made = await ask('/v1.0/groups', {
      method: 'POST',
      body: {
        displayName: 'Quay Watch',
        mailEnabled: true,
        mailNickname: 'quaywatch',
        securityEnabled: false,
        groupTypes: ['Unified'],
        'owners@odata.bind': [`https://graph.microsoft.com/v1.0/users/${owner['id']}`],
      },
    })
    expect([made.status, made.json['displayName']]).toEqual([201, 'Quay Watch'])
    const { id } = made.json
    expect((await ask(`/v1.0/groups/${id}`)).status).toBe(404)
    await later()
    expect((await ask(`/v1.0/groups/${id}?$expand=owners($select=id)`)).json['owners']![0]).toMatchObject({
      id: owner['id'],
    })
    await ask(`/v1.0/groups/${id}`, { method: 'PATCH', body: { description: 'Watches the quay' } })
    await later()
    expect((await ask(`/v1.0/groups/${id}`)).json['description']).toBe('Watches the quay')
    expect((await ask(`/v1.0/groups/${id}`, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect((await ask(`/v1.0/groups/${id}`)).status).toBe(404)
    expect(await everyId('/v1.0/directory/deletedItems/microsoft.graph.group')).toContain(String(id))
    const restorer = await client.withRoles(['User.DeleteRestore.All'])
    const restored = await restorer(`/v1.0/directory/deletedItems/${id}/restore`, { method: 'POST' })
    expect(restored.status).toBe(200)
    await later()
    expect((await ask(`/v1.0/groups/${id}`)).json['displayName']).toBe('Quay Watch')
  })

  behavior('documentation', 'are tracked: changed ones and who came and went', async () => {
    let next = '/v1.0/groups/delta?$select=displayName'
    let link: string | undefined
    while (!link) {
      const { json } = await ask(next)
      next = String(json['@odata.nextLink'])
      link = json['@odata.deltaLink'] && String(json['@odata.deltaLink'])
    }
    const { id } = await groupNamed('Automation')
    const user = (await ask('/v1.0/users?$top=1')).json['value']![0]!
    await ask(`/v1.0/groups/${id}/members/$ref`, { method: 'POST', body: reference(user['id']) })
    const early = await ask(link)
    expect([...early.json['value']!]).toEqual([])
    await later()
    const { json } = await ask(String(early.json['@odata.deltaLink']))
    expect([...json['value']!]).toEqual([
      {
        id,
        displayName: 'Automation',
        'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: user['id'] }],
      },
    ])
  })

  it.each([
    ['GET', '/v1.0/groups/nothing', undefined, 404, 'Request_ResourceNotFound'],
    ['GET', '/v1.0/groups/..%2F..%2Fetc/members', undefined, 404, 'Request_ResourceNotFound'],
    ['GET', "/v1.0/groups?$filter=theme eq 'x'", undefined, 400, 'Request_UnsupportedQuery'],
    ['GET', '/v1.0/groups?$top=1000', undefined, 400, 'Request_BadRequest'],
    ['GET', '/v1.0/groups?$search="displayName:proj"', undefined, 400, 'Request_UnsupportedQuery'],
    ['GET', '/v1.0/groups/delta?$deltatoken=made-up', undefined, 400, 'BadRequest'],
    ['POST', '/v1.0/groups', {}, 400, 'Request_BadRequest'],
    [
      'POST',
      '/v1.0/groups',
      { displayName: 7, mailEnabled: false, mailNickname: 'x', securityEnabled: true },
      400,
      'Request_BadRequest',
    ],
    ['POST', '/v1.0/groups', [], 400, 'BadRequest'],
  ])('%s %s with %j is answered with %d %s', async (method, path, body, status, code) => {
    const answer = await ask(path.replaceAll(' ', '%20'), { method, ...(body === undefined ? {} : { body }) })
    expect([answer.status, answer.json['error']!['code']]).toEqual([status, code])
  })
})
