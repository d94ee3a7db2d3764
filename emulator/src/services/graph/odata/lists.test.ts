import { describe, expect } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { cloudOf } from '#testing/cloud-of.ts'

const { client } = await cloudOf({ live: 'off' })

describe('OData', () => {
  behavior('captured', 'a count is plain text, and 415 for who accepts JSON only', async () => {
    const ask = (accept: string) =>
      client.graph('/v1.0/users/$count', { headers: { accept, ConsistencyLevel: 'eventual' } })
    expect((await ask('application/json')).status).toBe(415)
    const counted = await ask('application/json, text/plain, */*')
    expect([counted.headers['content-type'], Number(counted.body.toString())]).toEqual(['text/plain', 231])
  })

  behavior('documentation', 'odata.maxpagesize makes pages smaller, and the answer says so', async () => {
    const headers = { Prefer: 'odata.maxpagesize=7' }
    const { json, headers: answered } = await client.graph('/v1.0/users?$select=id', { headers })
    expect([...json['value']!]).toHaveLength(7)
    expect(answered['preference-applied']).toBe('odata.maxpagesize=7')
    const next = await client.graph(String(json['@odata.nextLink']), { headers: { Prefer: 'odata.maxpagesize=3' } })
    expect([...next.json['value']!]).toHaveLength(3)
  })

  behavior('documentation', 'a page token is opaque, and worth nothing in another query', async () => {
    const { json } = await client.graph('/v1.0/users?$top=5&$select=id')
    const token = new URL(String(json['@odata.nextLink'])).searchParams.get('$skiptoken')!
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toMatch(/\d{2}/)
    const query = `$top=5&$select=mail&$skiptoken=${encodeURIComponent(token)}`
    expect((await client.graph(`/v1.0/users?${query}`)).json['error']!['code']).toBe('Directory_ExpiredPageToken')
  })

  behavior('documentation', 'a list is ordered up or down, without regard to case', async () => {
    const headers = { ConsistencyLevel: 'eventual' }
    const { json } = await client.graph('/v1.0/users?$orderby=userPrincipalName%20desc&$count=true&$top=999', {
      headers,
    })
    const names = [...json['value']!].map((user) => String(user['userPrincipalName']))
    expect(names).toEqual(names.toSorted((a, b) => (a < b ? 1 : -1)))
  })
})
