import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import { startEmulator } from '#index.ts'
import type { Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off', epoch: Date.UTC(2026, 10, 20, 12), frozen: true, throttle: 'off' })
/** May read and write everything of users, and holds no directory role. */
const ask = await client.withRoles([
  'User.ReadWrite.All',
  'User.DeleteRestore.All',
  'User.RevokeSessions.All',
  'Directory.ReadWrite.All',
  'RoleManagement.Read.Directory',
  'AuditLog.Read.All',
])

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
const USER_ADMINISTRATOR = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

const later = (advanceMs = 5_000) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })
const patch = (path: string, body: object) => ask(path, { method: 'PATCH', body })

/** The user at a position of the directory. The first eight lead departments; the administrators are among the next. */
async function userAt(index: number): Promise<Json> {
  const { json } = await ask(`/v1.0/users?$top=999&$select=id,userPrincipalName,displayName,onPremisesSyncEnabled`)
  return json['value']![index]!
}

async function plainUser(from: number): Promise<Json> {
  for (let index = from; ; index++) {
    const user = await userAt(index)
    const roles = await ask(
      `/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '${user['id']}'`.replaceAll(' ', '%20'),
    )
    if ([...roles.json['value']!].length === 0 && !user['onPremisesSyncEnabled']) return user
  }
}

async function holderOf(role: string): Promise<string> {
  const filter = encodeURIComponent(`roleDefinitionId eq '${role}'`)
  const { json } = await ask(`/v1.0/roleManagement/directory/roleAssignments?$filter=${filter}`)
  return String(json['value']![0]!['principalId'])
}

describe('users that change', () => {
  behavior('documentation', 'are read back as before for a moment, then as written', async () => {
    const { id } = await plainUser(20)
    const enabled = async () => (await ask(`/v1.0/users/${id}?$select=accountEnabled`)).json['accountEnabled']
    expect((await patch(`/v1.0/users/${id}`, { accountEnabled: false })).status).toBe(204)
    expect(await enabled()).toBe(true)
    await later()
    expect(await enabled()).toBe(false)
    const disabled = await ask(`/v1.0/users?$filter=accountEnabled%20eq%20false&$top=999`)
    expect([...disabled.json['value']!].map((user) => user['id'])).toContain(id)
  })

  it('are read back at once where the emulator is told to be consistent', async () => {
    const strong = await startEmulator({ live: 'off', consistency: 'strong' })
    const other = clientOf(strong)
    try {
      const write = await other.withRoles(['User.ReadWrite.All'])
      const { id } = (await write('/v1.0/users?$top=1&$select=id')).json['value']![0]!
      await write(`/v1.0/users/${id}`, { method: 'PATCH', body: { jobTitle: 'Harbor Master' } })
      expect((await write(`/v1.0/users/${id}`)).json['jobTitle']).toBe('Harbor Master')
    } finally {
      other.close()
      await strong.stop()
    }
  })

  behavior('documentation', 'are found by what they are called now, and not by what they were called', async () => {
    const user = await plainUser(30)
    const old = String(user['userPrincipalName'])
    const name = `moored.${old}`
    await patch(`/v1.0/users/${user['id']}`, { userPrincipalName: name, department: 'Legal' })
    await later()
    expect((await ask(`/v1.0/users/${name}`)).json['id']).toBe(user['id'])
    expect((await ask(`/v1.0/users/${old}`)).status).toBe(404)
    const filter = encodeURIComponent(`userPrincipalName eq '${name}'`)
    expect([...(await ask(`/v1.0/users?$filter=${filter}&$select=department`)).json['value']!]).toEqual([
      { department: 'Legal' },
    ])
  })

  behavior('documentation', 'are made, and no two have the same name', async () => {
    const body = {
      accountEnabled: true,
      displayName: 'Ilse Ankerman',
      mailNickname: 'ilse',
      userPrincipalName: `ilse.ankerman@${client.tenant.domain}`,
      passwordProfile: { password: 'Fathom-7-Keel', forceChangePasswordNextSignIn: true },
    }
    const made = await ask('/v1.0/users', { method: 'POST', body })
    expect([made.status, made.json['displayName'], made.json['mail']]).toEqual([201, 'Ilse Ankerman', null])
    const again = await ask('/v1.0/users', { method: 'POST', body })
    expect(again.json['error']).toMatchObject({
      message: 'Another object with the same value for property userPrincipalName already exists.',
    })
    await later()
    const read = await ask(`/v1.0/users/${made.json['id']}?$select=createdDateTime,accountEnabled,userType`)
    expect(read.json).toMatchObject({ accountEnabled: true, userType: 'Member', createdDateTime: expect.any(String) })
    const everyone = await ask('/v1.0/users?$top=999&$select=id&$count=true', {
      headers: { ConsistencyLevel: 'eventual' },
    })
    expect(everyone.json['@odata.count']).toBe([...everyone.json['value']!].length)
    expect([...everyone.json['value']!].at(-1)).toEqual({ id: made.json['id'] })
  })

  behavior('documentation', 'go to the recycle bin when deleted, and can be restored or removed for good', async () => {
    const { id } = await plainUser(40)
    expect((await ask(`/v1.0/users/${id}`, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect((await ask(`/v1.0/users/${id}`)).status).toBe(404)
    const bin = await ask('/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime')
    expect([...bin.json['value']!]).toEqual([{ id, deletedDateTime: expect.any(String) }])
    expect((await ask(`/v1.0/directory/deletedItems/${id}/restore`, { method: 'POST' })).json['id']).toBe(id)
    await later()
    expect((await ask(`/v1.0/users/${id}`)).status).toBe(200)
    await ask(`/v1.0/users/${id}`, { method: 'DELETE' })
    expect((await ask(`/v1.0/directory/deletedItems/${id}`, { method: 'DELETE' })).status).toBe(204)
    await later()
    expect((await ask(`/v1.0/directory/deletedItems/${id}`)).status).toBe(404)
  })

  behavior(
    'documentation',
    'have their sessions revoked: tokens from before are invalid from a new moment on',
    async () => {
      const { id } = await plainUser(50)
      const validFrom = async () =>
        Date.parse(
          String(
            (await ask(`/v1.0/users/${id}?$select=signInSessionsValidFromDateTime`)).json[
              'signInSessionsValidFromDateTime'
            ],
          ),
        )
      const before = await validFrom()
      const revoked = await ask(`/v1.0/users/${id}/revokeSignInSessions`, { method: 'POST' })
      expect([revoked.status, revoked.json['value']]).toEqual([200, true])
      await later()
      expect(await validFrom()).toBeGreaterThan(before)
    },
  )

  behavior('documentation', 'have a manager, who can be set and taken away, and lists the reports', async () => {
    const [user, boss] = [await plainUser(60), await plainUser(68)]
    const expanded = await ask(`/v1.0/users/${user['id']}?$expand=manager($select=id)&$select=id`)
    expect(expanded.json['manager']).toMatchObject({ id: (await ask(`/v1.0/users/${user['id']}/manager`)).json['id'] })
    const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/users/${boss['id']}` }
    expect((await ask(`/v1.0/users/${user['id']}/manager/$ref`, { method: 'PUT', body: reference })).status).toBe(204)
    await later()
    expect((await ask(`/v1.0/users/${user['id']}/manager`)).json['id']).toBe(boss['id'])
    const reports = await ask(`/v1.0/users/${boss['id']}/directReports?$select=id`)
    expect([...reports.json['value']!].map((each) => each['id'])).toEqual([user['id']])
    await ask(`/v1.0/users/${user['id']}/manager/$ref`, { method: 'DELETE' })
    await later()
    expect((await ask(`/v1.0/users/${user['id']}/manager`)).status).toBe(404)
  })

  behavior('documentation', 'that come from Active Directory refuse to be changed in the cloud', async () => {
    const filter = encodeURIComponent('onPremisesSyncEnabled eq true')
    const { json } = await ask(`/v1.0/users?$filter=${filter}&$select=id,onPremisesSamAccountName,onPremisesDomainName`)
    const synced = json['value']![0]!
    expect(String(synced['onPremisesDomainName'])).toMatch(/^corp\./)
    const answer = await patch(`/v1.0/users/${synced['id']}`, { department: 'Sales' })
    expect([answer.status, String(answer.json['error']!['message'])]).toEqual([
      400,
      expect.stringContaining('on-premises mastered Directory Sync objects'),
    ])
  })

  behavior('documentation', 'leave a record of every write in the directory audit log', async () => {
    const { id } = await plainUser(70)
    await patch(`/v1.0/users/${id}`, { accountEnabled: false })
    await ask(`/v1.0/users/${id}/revokeSignInSessions`, { method: 'POST' })
    await later(3 * 3_600_000)
    const filter = encodeURIComponent(`targetResources/any(t:t/id eq '${id}')`)
    const { json } = await ask(`/v1.0/auditLogs/directoryAudits?$filter=${filter}`)
    const activities = [...json['value']!].map((record) => record['activityDisplayName'])
    for (const activity of ['Disable account', 'Update user', 'Update StsRefreshTokenValidFrom Timestamp'])
      expect(activities).toContain(activity)
    const disabled = [...json['value']!].find((record) => String(record['activityDisplayName']) === 'Disable account')!
    expect(disabled['targetResources']![0]!['modifiedProperties']![0]).toMatchObject({
      displayName: 'AccountEnabled',
      oldValue: '[true]',
      newValue: '[false]',
    })
  })
})

describe('changes of users', () => {
  const link = async (path: string): Promise<string> => {
    for (let next = path; ;) {
      const { json } = await ask(next)
      if (json['@odata.deltaLink']) return String(json['@odata.deltaLink'])
      next = String(json['@odata.nextLink'])
    }
  }

  behavior(
    'documentation',
    'are tracked: first everybody page by page, then only who changed, with what was selected',
    async () => {
      const first = await ask('/v1.0/users/delta?$select=displayName,jobTitle&$top=100')
      expect([...first.json['value']!]).toHaveLength(100)
      expect(Object.keys(first.json['value']![0]!)).toEqual(['id', 'displayName', 'jobTitle'])
      const start = await link(String(first.json['@odata.nextLink']))
      const [changed, gone] = [await plainUser(80), await plainUser(88)]
      await patch(`/v1.0/users/${changed['id']}`, { jobTitle: 'Pilot' })
      await ask(`/v1.0/users/${gone['id']}`, { method: 'DELETE' })
      const early = await ask(start)
      expect([...early.json['value']!]).toEqual([])
      await later()
      const { json } = await ask(String(early.json['@odata.deltaLink']))
      expect([...json['value']!]).toEqual([
        { id: changed['id'], displayName: changed['displayName'], jobTitle: 'Pilot' },
        { id: gone['id'], '@removed': { reason: 'changed' } },
      ])
      expect([...(await ask(String(json['@odata.deltaLink']))).json['value']!]).toEqual([])
    },
  )

  behavior(
    'documentation',
    'are tracked from now on with the token latest, of some users where a filter names them',
    async () => {
      const [wanted, other] = [await plainUser(90), await plainUser(98)]
      const filter = encodeURIComponent(`id eq '${wanted['id']}'`)
      const latest = await ask(`/v1.0/users/delta?$deltatoken=latest&$select=jobTitle&$filter=${filter}`)
      expect([...latest.json['value']!]).toEqual([])
      for (const { id } of [wanted, other]) await patch(`/v1.0/users/${id}`, { jobTitle: 'Stevedore' })
      await later()
      const { json } = await ask(String(latest.json['@odata.deltaLink']))
      expect([...json['value']!]).toEqual([{ id: wanted['id'], jobTitle: 'Stevedore' }])
    },
  )

  behavior('documentation', 'are forgotten after seven days: 410, and the client starts again', async () => {
    const start = await link('/v1.0/users/delta?$select=id&$top=999')
    await later(6 * 86_400_000)
    expect((await ask(start)).status).toBe(200)
    await later(2 * 86_400_000)
    const late = await ask(start)
    expect([late.status, late.json['error']!['code']]).toEqual([410, 'SyncStateNotFound'])
  })
})

describe('permission to write users', () => {
  const tried = async (
    roles: readonly string[],
    body: object,
    directoryRoles: readonly string[] = [],
    id?: unknown,
  ) => {
    const write = await client.withRoles(roles, undefined, directoryRoles)
    return (await write(`/v1.0/users/${String(id ?? (await plainUser(100))['id'])}`, { method: 'PATCH', body })).status
  }
  const password = { passwordProfile: { password: 'Kelp-and-Brine-9', forceChangePasswordNextSignIn: true } }

  behavior(
    'documentation',
    'of enabling and disabling opens nothing else, and wants the right to read users',
    async () => {
      const roles = ['User.EnableDisableAccount.All', 'User.Read.All']
      expect(await tried(roles, { accountEnabled: true })).toBe(204)
      expect(await tried(['User.EnableDisableAccount.All'], { accountEnabled: true })).toBe(403)
      expect(await tried(roles, { accountEnabled: true, department: 'Sales' })).toBe(403)
      expect(await tried(roles, password, [GLOBAL_ADMINISTRATOR])).toBe(403)
    },
  )

  behavior(
    'documentation',
    'of passwords opens nothing else, and wants a directory role of the application',
    async () => {
      const roles = ['User-PasswordProfile.ReadWrite.All']
      expect(await tried(roles, password)).toBe(403)
      expect(await tried(roles, password, [USER_ADMINISTRATOR])).toBe(204)
      expect(await tried(roles, { accountEnabled: false }, [USER_ADMINISTRATOR])).toBe(403)
    },
  )

  behavior('documentation', 'is not enough for an administrator: the application must stand above', async () => {
    const administrator = await holderOf(GLOBAL_ADMINISTRATOR)
    const roles = ['User.ReadWrite.All']
    expect(await tried(roles, { accountEnabled: true }, [], administrator)).toBe(403)
    expect(await tried(roles, { accountEnabled: true }, [USER_ADMINISTRATOR], administrator)).toBe(403)
    expect(await tried(roles, password, [USER_ADMINISTRATOR], administrator)).toBe(403)
    expect(await tried(roles, { accountEnabled: true }, [GLOBAL_ADMINISTRATOR], administrator)).toBe(204)
    // What is not sensitive needs no role.
    expect(await tried(roles, { city: 'Rotterdam' }, [], administrator)).toBe(204)
    const remove = await client.withRoles(['User.ReadWrite.All'])
    expect((await remove(`/v1.0/users/${administrator}`, { method: 'DELETE' })).status).toBe(403)
  })

  behavior('documentation', 'to see sign-in activity is another one, and pages of it are shorter', async () => {
    const reader = await client.withRoles(['User.Read.All'])
    const refused = await reader('/v1.0/users?$select=id,signInActivity')
    expect(refused.json['error']).toMatchObject({ code: 'Authentication_MSGraphPermissionMissing' })
    const both = await client.withRoles(['User.Read.All', 'AuditLog.Read.All'])
    const [user] = [...(await both('/v1.0/users?$select=id,signInActivity&$top=500')).json['value']!]
    expect(user!['signInActivity']).toHaveProperty('lastSuccessfulSignInDateTime')
    expect((await both('/v1.0/users?$select=signInActivity&$top=501')).status).toBe(400)
  })
})

describe('bodies of writes', () => {
  it.each([
    [{ passwordProfile: { password: 'weak' } }, 400, 'Request_BadRequest'],
    [{ accountEnabled: 'no' }, 400, 'Request_BadRequest'],
    [{ displayName: '' }, 400, 'Request_BadRequest'],
    [{ id: 'x' }, 400, 'Request_BadRequest'],
    [{ constructor: 'x' }, 400, 'BadRequest'],
    [{ nonsense: 1 }, 400, 'BadRequest'],
    [{ usageLocation: 'Netherlands' }, 400, 'Request_BadRequest'],
    [{ userPrincipalName: 'someone@elsewhere.example' }, 400, 'Request_BadRequest'],
    [{ businessPhones: 'x' }, 400, 'Request_BadRequest'],
    ['{', 400, 'BadRequest'],
  ])('that hold %j are answered with %d %s', async (body, status, code) => {
    const { id } = await plainUser(110)
    const answer = await ask(`/v1.0/users/${id}`, { method: 'PATCH', body })
    expect([answer.status, answer.json['error']!['code']]).toEqual([status, code])
  })

  it.each([
    ['PATCH', '/v1.0/users/nobody@harborfinch.example', {}],
    ['DELETE', '/v1.0/users/00000000-0000-4000-8000-000000000000', undefined],
    ['POST', '/v1.0/users/..%2F..%2Fetc/revokeSignInSessions', undefined],
    ['POST', '/v1.0/directory/deletedItems/00000000-0000-4000-8000-000000000000/restore', undefined],
  ])('%s %s: nobody is 404', async (method, path, body) => {
    const answer = await ask(path, { method, ...(body ? { body } : {}) })
    expect([answer.status, answer.json['error']!['code']]).toEqual([404, 'Request_ResourceNotFound'])
  })
})
