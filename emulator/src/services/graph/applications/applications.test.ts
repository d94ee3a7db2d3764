import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import { createClientCertificate } from '#http/certificates.ts'
import type { Answer, Json } from '#testing/client.ts'

const GRAPH = '00000003-0000-0000-c000-000000000000'
const USER_READ_ALL = 'df021288-bdef-4463-88db-98f22de89214'

const { client } = await cloudOf({ live: 'off' })
const admin = await client.withRoles([
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
])
const reader = await client.withRoles(['Directory.Read.All'])

const made = async (roles: readonly string[] = []) => {
  const { json } = await client.send('/_emu/applications', { method: 'POST', body: { name: 'Somebody', roles } })
  return { clientId: String(json['clientId']), secret: String(json['secret']) }
}

const principalIdOf = async (appId: string) =>
  String((await reader(`/v1.0/servicePrincipals(appId='${appId}')?$select=id`)).json['id'])

const rolesOf = (token: string): string[] => {
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { roles?: string[] }
  return claims.roles ?? []
}

const logIn = ({ clientId, secret }: { clientId: string; secret: string }) =>
  client.send(`/${client.tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: 'https://graph.microsoft.com/.default',
    }).toString(),
  })

const later = (advanceMs: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })

const errorOf = ({ status, json }: Answer) => [status, json['error']!['code']]

const auditsOf = async (activity: string) => {
  await later(3_600_000)
  const auditor = await client.withRoles(['AuditLog.Read.All'])
  const filter = encodeURIComponent(`activityDisplayName eq '${activity}'`)
  return [...(await auditor(`/v1.0/auditLogs/directoryAudits?$top=1&$filter=${filter}`)).json['value']!]
}

describe('applications', () => {
  behavior(
    'documentation',
    'a registration is made without a service principal, and nobody can log in as it',
    async () => {
      const answer = await admin('/v1.0/applications', {
        method: 'POST',
        body: { displayName: 'Nightly report', tags: ['internal'], web: { redirectUris: ['https://localhost/back'] } },
      })
      expect(answer.status).toBe(201)
      const { id, appId } = answer.json as unknown as { id: string; appId: string }
      const { json } = await admin(`/v1.0/applications/${id}/addPassword`, {
        method: 'POST',
        body: { passwordCredential: { displayName: 'CI' } },
      })
      const credential = { clientId: appId, secret: String(json['secretText']) }
      expect((await logIn(credential)).json['error_codes']).toEqual([7_000_229])
      const principal = await admin('/v1.0/servicePrincipals', { method: 'POST', body: { appId } })
      expect(principal.status).toBe(201)
      expect(principal.json).toMatchObject({ appId, accountEnabled: true, appOwnerOrganizationId: client.tenant.id })
      expect((await logIn(credential)).status).toBe(200)
    },
  )

  behavior(
    'documentation',
    'a secret is told once, when it is made, and its first three characters later',
    async () => {
      const app = await made()
      const path = `/v1.0/applications(appId='${app.clientId}')`
      const added = await admin(`${path}/addPassword`, {
        method: 'POST',
        body: { passwordCredential: { displayName: 'second', endDateTime: '2099-01-01T00:00:00Z' } },
      })
      const text = String(added.json['secretText'])
      const credentials = [...(await admin(path)).json['passwordCredentials']!]
      expect(credentials).toHaveLength(2)
      expect(credentials[1]).toMatchObject({ displayName: 'second', hint: text.slice(0, 3), secretText: null })
      expect((await logIn({ ...app, secret: text })).status).toBe(200)
      const body = { keyId: added.json['keyId'] }
      expect((await admin(`${path}/removePassword`, { method: 'POST', body })).status).toBe(204)
      expect((await logIn({ ...app, secret: text })).json['error_codes']).toEqual([7_000_215])
      expect((await admin(`${path}/removePassword`, { method: 'POST', body })).status).toBe(400)
    },
  )

  behavior('documentation', 'a certificate is registered by PATCH of keyCredentials', async () => {
    const { clientId } = await made()
    const { certificate } = await createClientCertificate('Robot')
    const key = certificate.replaceAll(/-----[^-]+-----|\s/g, '')
    const path = `/v1.0/applications(appId='${clientId}')`
    const body = { keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', key, displayName: 'CN=Robot' }] }
    expect((await admin(path, { method: 'PATCH', body })).status).toBe(204)
    const [credential] = [...(await admin(path)).json['keyCredentials']!]
    expect(credential).toMatchObject({ displayName: 'CN=Robot', key: null, type: 'AsymmetricX509Cert' })
  })

  behavior('documentation', 'are found by filter, by their names, and counted', async () => {
    const { clientId } = await made()
    const filter = encodeURIComponent(`appId eq '${clientId}'`)
    const found = await reader(`/v1.0/applications?$filter=${filter}&$select=id,displayName,passwordCredentials`)
    expect([...found.json['value']!].map(({ displayName }) => displayName)).toEqual(['Somebody'])
    const ConsistencyLevel = 'eventual'
    const count = await reader('/v1.0/servicePrincipals/$count', { headers: { ConsistencyLevel } })
    expect(count.headers['content-type']).toContain('text/plain')
    const all = [...(await reader('/v1.0/servicePrincipals?$top=999&$select=id')).json['value']!]
    expect(Number(count.body.toString())).toBe(all.length)
    const search = encodeURIComponent('"displayName:meetwell"')
    const searched = await reader(`/v1.0/servicePrincipals?$search=${search}`, { headers: { ConsistencyLevel } })
    expect([...searched.json['value']!].map(({ displayName }) => displayName)).toEqual(['Meetwell Scheduling'])
  })

  behavior(
    'documentation',
    'Application.ReadWrite.OwnedBy manages what the caller owns, and nothing else',
    async () => {
      const owner = await client.withRoles(['Application.ReadWrite.OwnedBy'])
      const own = await owner('/v1.0/applications', { method: 'POST', body: { displayName: 'Mine' } })
      const change = { method: 'PATCH', body: { notes: 'looked at' } }
      expect((await owner(`/v1.0/applications/${own.json['id']}`, change)).status).toBe(204)
      const { clientId } = await made()
      const other = await owner(`/v1.0/applications(appId='${clientId}')`, change)
      expect(errorOf(other)).toEqual([403, 'Authorization_RequestDenied'])
    },
  )

  behavior('documentation', 'have owners, who are added and removed by reference', async () => {
    const { clientId } = await made()
    const path = `/v1.0/applications(appId='${clientId}')/owners`
    const [first] = [...(await reader(path)).json['value']!]
    expect(first).toMatchObject({ '@odata.type': '#microsoft.graph.user', jobTitle: 'Head of IT' })
    const principal = await principalIdOf(clientId)
    const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${principal}` }
    expect((await admin(`${path}/$ref`, { method: 'POST', body: reference })).status).toBe(204)
    expect((await admin(`${path}/$ref`, { method: 'POST', body: reference })).status).toBe(400)
    expect([...(await reader(path)).json['value']!]).toHaveLength(2)
    expect((await admin(`${path}/${first!['id']}/$ref`, { method: 'DELETE' })).status).toBe(204)
    expect([...(await reader(path)).json['value']!].map(({ id }) => id)).toEqual([principal])
  })

  behavior('documentation', 'a deleted registration is gone, and nobody logs in as it', async () => {
    const app = await made()
    expect((await admin(`/v1.0/applications(appId='${app.clientId}')`, { method: 'DELETE' })).status).toBe(204)
    expect((await logIn(app)).json['error_codes']).toEqual([700_016])
    expect(errorOf(await reader(`/v1.0/applications(appId='${app.clientId}')`))).toEqual([
      404,
      'Request_ResourceNotFound',
    ])
  })

  it.each<[what: string, method: string, path: string, body: object | string, status: number]>([
    ['no name', 'POST', '/applications', {}, 400],
    ['no JSON', 'POST', '/applications', 'displayName=x', 400],
    ['a name of another type', 'POST', '/applications', { displayName: 7 }, 400],
    ['a property that there is not', 'POST', '/applications', { displayName: 'x', colour: 'red' }, 400],
    ['a property of Object', 'POST', '/applications', { displayName: 'x', constructor: 'y' }, 400],
    ['what is not kept', 'POST', '/applications', { displayName: 'x', appRoles: [] }, 501],
    ['an unknown appId', 'POST', '/servicePrincipals', { appId: 'nothing' }, 400],
    ['an id out of the tree', 'PATCH', '/servicePrincipals/..%2F..%2Fetc', { accountEnabled: false }, 404],
    ['a switch that is none', 'PATCH', `/servicePrincipals(appId='${GRAPH}')`, { accountEnabled: 'no' }, 400],
    ['an unknown option', 'GET', '/servicePrincipals?$compute=1', '', 501],
    ['an unknown property', 'GET', '/servicePrincipals?$select=secret', '', 400],
    ['a malformed filter', 'GET', '/applications?$filter=appId+eq', '', 400],
    ['an unknown grant', 'DELETE', '/oauth2PermissionGrants/nothing', '', 404],
    ['an unknown consent type', 'POST', '/oauth2PermissionGrants', { clientId: 'a', consentType: 'All' }, 400],
  ])('refuses %s', async (_, method, path, body, status) => {
    const answer = await admin(`/v1.0${path}`, { method, ...(body ? { body } : {}), mayBeMissing: status === 501 })
    expect(answer.status).toBe(status)
  })
})

describe('service principals', () => {
  behavior(
    'documentation',
    "are Microsoft's own, other companies', and those of the company's registrations",
    async () => {
      const all = [...(await reader('/v1.0/servicePrincipals?$top=999')).json['value']!]
      const owners = Map.groupBy(all, (each) => String(each['appOwnerOrganizationId']))
      expect(owners.get('f8cdef31-a31e-4b4a-93e4-5f571e91255a')!.length).toBeGreaterThan(7)
      expect(owners.get(client.tenant.id)!.map(({ displayName }) => displayName)).toContain('Cordon')
      expect(owners.size).toBeGreaterThan(5)
      const graph = (await reader(`/v1.0/servicePrincipals(appId='${GRAPH}')`)).json
      expect([...graph['appRoles']!].find(({ id }) => String(id) === USER_READ_ALL)!['value']).toBe('User.Read.All')
    },
  )

  behavior('documentation', 'a disabled one gets no token: AADSTS7000112', async () => {
    const app = await made()
    const id = await principalIdOf(app.clientId)
    const set = (accountEnabled: boolean) =>
      admin(`/v1.0/servicePrincipals/${id}`, { method: 'PATCH', body: { accountEnabled } })
    expect((await set(false)).status).toBe(204)
    expect((await reader(`/v1.0/servicePrincipals/${id}`)).json['accountEnabled']).toBe(false)
    expect((await logIn(app)).json['error_codes']).toEqual([7_000_112])
    expect((await set(true)).status).toBe(204)
    expect((await logIn(app)).status).toBe(200)
    expect((await auditsOf('Disable account'))[0]).toMatchObject({ targetResources: [{ id }] })
  })

  behavior(
    'documentation',
    'the tokens of a disabled one are challenged at once where the client said cp1',
    async () => {
      const app = await made(['User.Read.All'])
      const form = {
        grant_type: 'client_credentials',
        client_id: app.clientId,
        client_secret: app.secret,
        scope: 'https://graph.microsoft.com/.default',
        claims: JSON.stringify({ access_token: { xms_cc: { values: ['cp1'] } } }),
      }
      const path = `/${client.tenant.id}/oauth2/v2.0/token`
      const token = await client.send(path, { method: 'POST', body: new URLSearchParams(form).toString() })
      const headers = { authorization: `Bearer ${String(token.json['access_token'])}` }
      expect((await client.send('/v1.0/users?$top=1', { headers })).status).toBe(200)
      const body = { accountEnabled: false }
      await admin(`/v1.0/servicePrincipals(appId='${app.clientId}')`, { method: 'PATCH', body })
      const refused = await client.send('/v1.0/users?$top=1', { headers })
      expect(refused.status).toBe(401)
      expect(refused.headers['www-authenticate']).toContain('error="insufficient_claims"')
    },
  )

  behavior('documentation', 'a deleted one takes with it what it was granted', async () => {
    const find = async () =>
      [...(await reader('/v1.0/servicePrincipals?$expand=oauth2PermissionGrants&$top=999')).json['value']!].find(
        ({ displayName }) => String(displayName) === 'Contact Lantern',
      )
    const principal = (await find())!
    const [grant] = [...principal['oauth2PermissionGrants']!]
    expect(grant).toMatchObject({ consentType: 'Principal', scope: 'Contacts.Read User.Read offline_access' })
    const owner = `/v1.0/users/${grant!['principalId']}/oauth2PermissionGrants`
    expect([...(await reader(owner)).json['value']!].map(({ id }) => id)).toContain(grant!['id'])
    const deleted = await client.withRoles(['Directory.ReadWrite.All'])
    expect((await deleted(`/v1.0/servicePrincipals/${principal['id']}`, { method: 'DELETE' })).status).toBe(204)
    expect(await find()).toBeUndefined()
    expect((await reader(`/v1.0/oauth2PermissionGrants/${grant!['id']}`)).status).toBe(404)
  })
})

describe('app roles', () => {
  const grant = async (clientId: string, by = admin, appRoleId = USER_READ_ALL) => {
    const [principalId, resourceId] = [await principalIdOf(clientId), await principalIdOf(GRAPH)]
    return by(`/v1.0/servicePrincipals/${principalId}/appRoleAssignments`, {
      method: 'POST',
      body: { principalId, resourceId, appRoleId },
    })
  }

  behavior(
    'inferred',
    'a granted role is in the tokens that are issued a minute later, not in those of the same second',
    async () => {
      const app = await made()
      const granted = await grant(app.clientId)
      expect(granted.status).toBe(201)
      expect(granted.json).toMatchObject({ principalDisplayName: 'Somebody', resourceDisplayName: 'Microsoft Graph' })
      const token = async () => rolesOf(String((await logIn(app)).json['access_token']))
      expect(await token()).toEqual([])
      await later(60_000)
      expect(await token()).toEqual(['User.Read.All'])
      const [told] = await auditsOf('Add app role assignment to service principal')
      expect(told!['targetResources']![0]!['displayName']).toBe('Microsoft Graph')
    },
  )

  behavior('documentation', 'a role that was taken back is in no further token', async () => {
    const app = await made(['User.Read.All'])
    const path = `/v1.0/servicePrincipals(appId='${app.clientId}')/appRoleAssignments`
    const [assignment] = [...(await reader(path)).json['value']!]
    expect((await admin(`${path}/${assignment!['id']}`, { method: 'DELETE' })).status).toBe(204)
    expect([...(await reader(path)).json['value']!]).toEqual([])
    expect(rolesOf(String((await logIn(app)).json['access_token']))).toEqual([])
    expect((await admin(`${path}/${assignment!['id']}`, { method: 'DELETE' })).status).toBe(404)
  })

  behavior('documentation', 'are listed from the side of the API as well, and are filtered', async () => {
    const app = await made(['User.Read.All'])
    const principalId = await principalIdOf(app.clientId)
    const filter = encodeURIComponent(`principalId eq ${principalId}`)
    const path = `/v1.0/servicePrincipals(appId='${GRAPH}')/appRoleAssignedTo?$filter=${filter}`
    expect([...(await reader(path)).json['value']!].map(({ appRoleId }) => appRoleId)).toEqual([USER_READ_ALL])
  })

  behavior('documentation', 'a person is assigned to an application', async () => {
    const [service] = [...(await reader("/v1.0/servicePrincipals?$filter=displayName+eq+'Quillboard'")).json['value']!]
    const person = await client.graph('/v1.0/users?$top=1&$select=id,displayName')
    const { id: principalId, displayName } = person.json['value']![0]!
    const body = { principalId, resourceId: service!['id'], appRoleId: '00000000-0000-0000-0000-000000000000' }
    const path = `/v1.0/servicePrincipals/${service!['id']}/appRoleAssignedTo`
    expect((await admin(path, { method: 'POST', body })).status).toBe(201)
    const held: Json[] = [...(await reader(path)).json['value']!]
    expect(held).toEqual([expect.objectContaining({ principalDisplayName: displayName, principalType: 'User' })])
  })

  behavior(
    'documentation',
    'a role twice, one that there is not, and one by who may only read are refused',
    async () => {
      const app = await made(['User.Read.All'])
      expect((await grant(app.clientId)).json['error']).toMatchObject({
        code: 'Request_BadRequest',
        message: 'Permission being assigned already exists on the object',
      })
      const unknown = await grant(app.clientId, admin, '11111111-1111-4111-8111-111111111111')
      expect(unknown.json['error']!['message']).toContain('was not found on application')
      expect(errorOf(await grant(app.clientId, reader))).toEqual([403, 'Authorization_RequestDenied'])
    },
  )
})

describe('delegated permission grants', () => {
  behavior('documentation', 'are made, widened and revoked', async () => {
    const [clientId, resourceId] = [await principalIdOf((await made()).clientId), await principalIdOf(GRAPH)]
    const body = { clientId, consentType: 'AllPrincipals', principalId: null, resourceId, scope: 'User.Read' }
    const created = await admin('/v1.0/oauth2PermissionGrants', { method: 'POST', body })
    expect(created.status).toBe(201)
    const path = `/v1.0/oauth2PermissionGrants/${created.json['id']}`
    const scope = 'User.Read Mail.Read'
    expect((await admin(path, { method: 'PATCH', body: { scope } })).status).toBe(204)
    expect((await admin(path)).json).toMatchObject({ ...body, scope })
    const filter = encodeURIComponent(`clientId eq '${clientId}' and consentType eq 'AllPrincipals'`)
    expect([...(await reader(`/v1.0/oauth2PermissionGrants?$filter=${filter}`)).json['value']!]).toHaveLength(1)
    expect((await admin('/v1.0/oauth2PermissionGrants', { method: 'POST', body })).status).toBe(400)
    expect((await admin(path, { method: 'DELETE' })).status).toBe(204)
    expect((await admin(path)).status).toBe(404)
    expect(await auditsOf('Remove delegated permission grant')).toHaveLength(1)
  })
})
