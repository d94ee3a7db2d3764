import { describe, expect, it } from 'vitest'

import { cloudOf } from '#testing/cloud-of.ts'

import { hasSchemas, judge } from './csdl.ts'

const { client } = await cloudOf({ live: 'off' })
const [victim] = [...(await client.send('/_emu/ground-truth/phish')).json['recipients']!]
const mailbox = `/v1.0/users/${String(victim!['userId'])}`

/** A document with one thing wrong in it. */
interface Mutation {
  name: string
  document: unknown
}

type Container = Record<string, unknown> | unknown[]

/** Everything that can go wrong with one value: each place misspelled, retyped, or given a neighbor that nobody knows. */
function mutationsOf(document: unknown, path: (string | number)[] = []): Mutation[] {
  const here = at(document, path)
  const name = `/${path.join('/')}`
  const children = typeof here === 'object' && here !== null ? Object.keys(here) : []
  const deeper = children
    .filter((key) => !key.includes('@'))
    .flatMap((key) => mutationsOf(document, [...path, Array.isArray(here) ? Number(key) : key]))
  if (path.length === 0) return deeper
  const own: Mutation[] = wrong(here).map((value) => ({
    name: `${name} = ${JSON.stringify(value)?.slice(0, 40)}`,
    document: changed(document, path, (parent, key) => void ((parent as Record<string, unknown>)[key] = value)),
  }))
  const last = path.at(-1)!
  if (typeof last === 'string')
    own.push({
      name: `${name} miscased`,
      document: changed(document, path, (parent, key) => {
        const object = parent as Record<string, unknown>
        object[String(key).charAt(0).toUpperCase() + String(key).slice(1)] = object[key]
        delete object[key]
      }),
    })
  if (typeof here === 'object' && here !== null && !Array.isArray(here))
    own.push({
      name: `${name} with a stranger`,
      document: changed(
        document,
        [...path, 'x'],
        (parent) => void ((parent as Record<string, unknown>)['strange'] = 1),
      ),
    })
  return [...own, ...deeper]
}

/** Values of another kind than this one. */
function wrong(value: unknown): unknown[] {
  if (typeof value === 'string') return [7, { text: value }]
  if (typeof value === 'number') return [String(value), value + 0.5]
  if (typeof value === 'boolean') return [String(value)]
  if (Array.isArray(value)) return [{}, 'list']
  return value === null ? [] : ['text', 7]
}

const at = (document: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document)

function changed(
  document: unknown,
  path: readonly (string | number)[],
  change: (parent: Container, key: string & number) => void,
): unknown {
  const copy = structuredClone(document)
  change(at(copy, path.slice(0, -1)) as Container, path.at(-1) as string & number)
  return copy
}

describe.skipIf(!hasSchemas)("Microsoft's schema as a judge (skipped where ../shared is absent)", () => {
  const replies: [type: string, path: () => string][] = [
    ['Collection(microsoft.graph.user)', () => '/v1.0/users?$top=2'],
    ['Collection(microsoft.graph.organization)', () => '/v1.0/organization'],
    ['Collection(microsoft.graph.message)', () => `${mailbox}/messages?$top=2`],
    ['Collection(microsoft.graph.mailFolder)', () => `${mailbox}/mailFolders?$top=2`],
    ['microsoft.graph.mailFolder', () => `${mailbox}/mailFolders/inbox`],
    ['Collection(microsoft.graph.group)', () => '/v1.0/groups?$top=1'],
    ['Collection(microsoft.graph.device)', () => '/v1.0/devices?$top=1'],
    ['Collection(microsoft.graph.directoryObject)', () => '/v1.0/groups/GROUP/members?$top=1'],
    ['Collection(microsoft.graph.application)', () => '/v1.0/applications?$top=1'],
    ['Collection(microsoft.graph.servicePrincipal)', () => "/v1.0/servicePrincipals?$filter=displayName+eq+'Cordon'"],
    ['Collection(microsoft.graph.oAuth2PermissionGrant)', () => '/v1.0/oauth2PermissionGrants?$top=1'],
    ['Collection(microsoft.graph.signIn)', () => '/v1.0/auditLogs/signIns?$top=1'],
    ['Collection(microsoft.graph.directoryAudit)', () => '/v1.0/auditLogs/directoryAudits?$top=1'],
    ['Collection(microsoft.graph.security.alert)', () => '/v1.0/security/alerts_v2?$top=2'],
    ['Collection(microsoft.graph.security.incident)', () => '/v1.0/security/incidents?$top=2'],
  ]

  it('finds nothing wrong with what the emulator answers, and something with 95 of 100 answers that are spoiled', async () => {
    const missed: string[] = []
    let spoiled = 0
    const ask = await client.withRoles([
      'Directory.Read.All',
      'Mail.Read',
      'AuditLog.Read.All',
      'SecurityAlert.Read.All',
      'SecurityIncident.Read.All',
    ])
    const group = String((await ask('/v1.0/groups?$top=1')).json['value']![0]!['id'])
    for (const [type, path] of replies) {
      const { json } = await ask(path().replace('GROUP', group))
      expect([type, ...judge(type, json, false)]).toEqual([type])
      expect([type, mutationsOf(json).length > 4]).toEqual([type, true])
      for (const { name, document } of mutationsOf(json)) {
        spoiled++
        if (judge(type, document, false).length === 0) missed.push(`${type} ${name}`)
      }
    }
    expect(spoiled).toBeGreaterThan(1000)
    expect(missed.length / spoiled, `missed: ${missed.join('\n')}`).toBeLessThan(0.05)
  })

  it.each<[what: string, type: string, document: unknown, selected: boolean]>([
    ['an entity without an id', 'microsoft.graph.user', { displayName: 'A' }, false],
    ['a value beside the list', 'Collection(microsoft.graph.user)', { value: [], count: 1 }, false],
    ['a list that is none', 'Collection(microsoft.graph.user)', { value: {} }, false],
    ['a member of no enumeration', 'microsoft.graph.message', { id: '1', importance: 'urgent' }, false],
    ['a time without a zone', 'microsoft.graph.message', { id: '1', receivedDateTime: '2026-11-20T10:00:00' }, false],
    [
      'a subtype that there is not',
      'microsoft.graph.attachment',
      { '@odata.type': '#microsoft.graph.paper', id: '1' },
      false,
    ],
    ['null where none may be', 'microsoft.graph.user', { id: '1', businessPhones: null }, false],
    ['a type that there is not', 'microsoft.graph.unicorn', { id: '1' }, false],
    ['a type beyond the slice, misspelled', 'microsoft.graph.outlookCategory', { id: '1', colour: 'preset0' }, false],
    ['another enumeration beyond the slice', 'microsoft.graph.outlookCategory', { id: '1', color: 'red' }, true],
    [
      'a category that beta does not have',
      'microsoft.graph.security.emailThreatSubmission',
      { id: '1', category: 'Phish' },
      false,
    ],
    ['a primitive of another kind', 'Edm.Boolean', { value: 'true' }, false],
  ])('sees %s', (_, type, document, selected) => {
    expect(judge(type, document, selected)).not.toEqual([])
  })

  it.each<[what: string, type: string, document: unknown, selected: boolean]>([
    [
      'annotations',
      'microsoft.graph.user',
      { '@odata.context': 'x', id: '1', 'mail@odata.type': 'x', mail: null },
      false,
    ],
    ['what $select leaves out', 'microsoft.graph.user', { displayName: 'A' }, true],
    [
      'a type beyond the slice',
      'microsoft.graph.outlookCategory',
      { id: '1', displayName: 'a', color: 'preset0' },
      false,
    ],
    ['a primitive', 'Edm.Boolean', { '@odata.context': 'x', value: true }, false],
  ])('allows %s', (_, type, document, selected) => {
    expect(judge(type, document, selected)).toEqual([])
  })

  it('fails a test whose answer does not fit', async () => {
    const rule = { match: { service: 'graph', times: 1 }, do: { body: { value: [{ id: '1', displayname: 'x' }] } } }
    await client.send('/_emu/faults', { method: 'POST', body: rule })
    await expect(client.graph('/v1.0/users')).rejects.toThrow(/displayname/)
    await expect(client.graph('/v1.0/nothing')).rejects.toThrow(/not implemented/)
  })
})
