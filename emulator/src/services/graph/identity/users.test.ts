import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import type { Json } from '#testing/client.ts'

const { client } = await cloudOf({ live: 'off' })

async function pages(path: string): Promise<Json[][]> {
  const all: Json[][] = []
  for (let next: string | undefined = path; next;) {
    const { json } = await client.graph(next)
    all.push([...json['value']!])
    next = json['@odata.nextLink'] && String(json['@odata.nextLink'])
  }
  return all
}

describe('users', () => {
  behavior('documentation', 'come page by page, each once, whatever the page size', async () => {
    const whole = (await pages('/v1.0/users?$top=999&$select=id')).flat().map((user) => user['id'])
    const cut = await pages('/v1.0/users?$top=70&$select=id')
    expect(cut.map((page) => page.length)).toEqual([70, 70, 70, 21])
    expect(cut.flat().map((user) => user['id'])).toEqual(whole)
    expect(new Set(whole).size).toBe(231)
  })

  behavior('documentation', 'have the usual properties unless others are selected', async () => {
    const [user] = [...(await client.graph('/v1.0/users?$top=1')).json['value']!]
    expect(Object.keys(user!)).toHaveLength(11)
    const some = (await client.graph('/v1.0/users?$top=1&$select=ID,accountEnabled')).json['value']![0]!
    expect(Object.keys(some)).toEqual(['id', 'accountEnabled'])
  })

  behavior('documentation', 'are found by id and by name, also as an OData key', async () => {
    const user = (await client.graph('/v1.0/users?$top=1')).json['value']![0]!
    const name = String(user['userPrincipalName'])
    for (const path of [
      `/v1.0/users/${user['id']}`,
      `/v1.0/users/${encodeURIComponent(name)}`,
      `/v1.0/users('${name}')`,
    ])
      expect((await client.graph(path)).json['id']).toBe(user['id'])
  })

  behavior('documentation', 'are filtered', async () => {
    const one = (await client.graph('/v1.0/users?$top=1')).json['value']![0]!
    const filtered = async (filter: string, headers = {}) =>
      client.graph(`/v1.0/users?$top=999&$count=true&$filter=${encodeURIComponent(filter)}`, { headers })
    const name = String(one['userPrincipalName']).toUpperCase()
    expect((await filtered(`userPrincipalName eq '${name}' or mail eq 'x@y.example'`)).json['value']).toHaveLength(1)
    expect((await filtered(`proxyAddresses/any(p:p eq 'smtp:${name}')`)).json['value']).toHaveLength(1)
    expect((await filtered("businessPhones/any() or mail eq 'x@y.example'")).json['value']).toHaveLength(220)
    expect((await filtered('accountEnabled eq false')).json['value']).toHaveLength(7)
    const guests = await filtered("userType ne 'Member'", { ConsistencyLevel: 'eventual' })
    expect(guests.json).toMatchObject({ '@odata.count': 2 })
    expect((await filtered("userType ne 'Member'")).json['error']).toMatchObject({ code: 'Request_UnsupportedQuery' })
  })

  it.each([
    ['/v1.0/users/nobody@harborfinch.example', 404, 'Request_ResourceNotFound'],
    ['/v1.0/users/..%2F..%2Fetc%2Fpasswd', 404, 'Request_ResourceNotFound'],
    ['/v1.0/users?$top=1000', 400, 'Request_BadRequest'],
    ['/v1.0/users?$top=x', 400, 'BadRequest'],
    ['/v1.0/users?$filter=mail+eq', 400, 'BadRequest'],
    ['/v1.0/users?$skiptoken=made-up', 400, 'Directory_ExpiredPageToken'],
    ['/v1.0/users?$select=nothing', 400, 'RequestBroker--ParseUri'],
    ['/v1.0/users?$expand=memberOf', 501, 'NotImplemented'],
    ['/v1.0/planner', 501, 'NotImplemented'],
    ['/v1.0/%zz', 400, 'BadRequest'],
  ])('%s is answered with %d %s', async (path, status, code) => {
    const answer = await client.graph(path, { mayBeMissing: status === 501, headers: { 'client-request-id': 'abc' } })
    expect(answer.status).toBe(status)
    expect(answer.json['error']).toMatchObject({
      code,
      innerError: { 'client-request-id': 'abc', 'request-id': answer.headers['request-id'] },
    })
  })
})

describe('permission', () => {
  behavior('documentation', 'is refused to no token, a broken one, and one for another API', async () => {
    const ask = async (authorization?: string) =>
      (await client.send('/v1.0/users', { headers: authorization ? { authorization } : {} })).json['error']!
    expect(await ask()).toMatchObject({ code: 'InvalidAuthenticationToken', message: 'Access token is empty.' })
    expect(await ask('Bearer abc')).toMatchObject({ code: 'InvalidAuthenticationToken' })
    const app = client.tenant.applications[0]!
    const other = await client.tokenFor(app.clientId, app.secret, 'https://manage.office.com')
    expect(await ask(`Bearer ${other}`)).toMatchObject({
      message: 'Access token validation failure. Invalid audience.',
    })
  })

  behavior('documentation', 'depends on the granted roles, in the words of each workload', async () => {
    const made = await client.send('/_emu/applications', { method: 'POST', body: { roles: ['Organization.Read.All'] } })
    const token = await client.tokenFor(
      String(made.json['clientId']),
      String(made.json['secret']),
      'https://graph.microsoft.com',
    )
    const ask = (path: string) => client.send(path, { headers: { authorization: `Bearer ${token}` } })
    expect((await ask('/v1.0/organization')).json['value']![0]).toMatchObject({
      id: client.tenant.id,
      displayName: 'Harbor & Finch',
    })
    const users = await ask('/v1.0/users')
    expect([users.status, users.json['error']!['code']]).toEqual([403, 'Authorization_RequestDenied'])
    const mail = await ask('/v1.0/users/a/messages')
    expect([mail.status, mail.json['error']!['code']]).toEqual([403, 'ErrorAccessDenied'])
  })

  behavior('documentation', 'of User.ReadBasic.All shows the basic properties only', async () => {
    const made = await client.send('/_emu/applications', { method: 'POST', body: { roles: ['User.ReadBasic.All'] } })
    const token = await client.tokenFor(
      String(made.json['clientId']),
      String(made.json['secret']),
      'https://graph.microsoft.com',
    )
    const headers = { authorization: `Bearer ${token}` }
    const answer = await client.send('/v1.0/users?$top=1&$select=id,mail,jobTitle,accountEnabled', { headers })
    expect(Object.keys(answer.json['value']![0]!)).toEqual(['id', 'mail'])
  })

  behavior('documentation', 'lets an application look at its own registration and grants', async () => {
    const made = await client.send('/_emu/applications', {
      method: 'POST',
      body: { name: 'Looker', roles: ['Application.Read.All'] },
    })
    const id = String(made.json['clientId'])
    const token = await client.tokenFor(id, String(made.json['secret']), 'https://graph.microsoft.com')
    const ask = (path: string) => client.send(path, { headers: { authorization: `Bearer ${token}` } })
    const application = (await ask(`/v1.0/applications(appId='${id}')`)).json
    expect(application['passwordCredentials']![0]).toMatchObject({
      hint: String(made.json['secret']).slice(0, 3),
      secretText: null,
    })
    const [grant] = [...(await ask(`/v1.0/servicePrincipals(appId='${id}')/appRoleAssignments`)).json['value']!]
    const resource = (await ask(`/v1.0/servicePrincipals/${grant!['resourceId']}`)).json
    const role = [...resource['appRoles']!].find((one) => one['id'] === grant!['appRoleId'])
    expect(role!['value']).toBe('Application.Read.All')
  })
})
