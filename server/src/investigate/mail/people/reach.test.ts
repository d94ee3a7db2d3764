import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import type { FoundCopy } from './copies.ts'
import { reachCopies } from './reach.ts'

const Truth = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userId: z.string(), userPrincipalName: z.string() })),
})
const Named = z.object({ id: z.string(), mail: z.string().nullish() })

let emulator: Emulator
let microsoft: Microsoft
let truth: z.infer<typeof Truth>
let first: string

beforeAll(async () => {
  emulator = await startEmulator(['--no-live', '--throttle', 'off'])
  microsoft = emulator.client()
  truth = Truth.parse(await emulator.request('/ground-truth/phish'))
  first = truth.recipients[0]!.userPrincipalName
})
afterAll(() => emulator?.stop())
beforeEach(() => emulator.request('/faults', undefined, 'DELETE'))

const hit = { id: 'h', userId: 'u', userPrincipalName: 'ana@contoso.example', internetMessageId: '<0@x>' } as MailHit
const reach = (copies: FoundCopy[], known: MailHit[] = [], settings: ConnectionSettings = {}) =>
  reachCopies({
    microsoft,
    settings,
    investigationId: 'i',
    copies,
    hits: new Map([hit, ...known].map((each) => [each.id, each])),
    concurrency: 8,
  })
const forward = (recipient: string, more: Partial<FoundCopy> = {}) =>
  ({ foundBy: 'forward', hitId: 'h', recipient, internetMessageId: truth.internetMessageId, ...more }) as FoundCopy
const listOf = async (path: string) => {
  const all: z.infer<typeof Named>[] = []
  for await (const page of microsoft.pages({ api: 'graph', path: `/v1.0${path}`, what: 'Could not list.' }, Named))
    all.push(...page)
  return all
}

describe('reachCopies', () => {
  it('looks with the members of the group that a copy was sent to, and blames nobody who did not get it', async () => {
    const victims = new Set(truth.recipients.map(({ userId }) => userId))
    for (const { id, mail } of await listOf('/groups?$select=id,mail&$top=999')) {
      if (!mail) continue
      const members = await listOf(`/groups/${id}/transitiveMembers/microsoft.graph.user?$select=id&$count=true`)
      const expected = members.filter((member) => victims.has(member.id)).map((member) => member.id)
      if (expected.length === 0 || expected.length === members.length) continue
      const { hits, unreached } = await reach([forward(mail.toLowerCase())])
      expect(hits.map(({ userId }) => userId).sort()).toEqual(expected.sort())
      expect(hits[0]).toMatchObject({ foundBy: 'forward', matched: ['forwarded by ana@contoso.example'] })
      expect(unreached).toEqual([])
      return
    }
    throw new Error('No group has some victims and some others.')
  })

  it('tells apart what is in quarantine, outside, gone, and in a mailbox that cannot be read', async () => {
    const [, second] = truth.recipients
    await emulator.request('/faults', {
      match: { path: `/users/${second!.userId}/` },
      do: { status: 403, body: { error: { code: 'ErrorAccessDenied', message: 'Access is denied.' } } },
    })
    const { hits, unreached } = await reach([
      forward(first, { location: 'quarantine' } as never),
      forward('partner@elsewhere.example'),
      forward('relay@elsewhere.example', { location: 'external' } as never),
      forward(first, { internetMessageId: '<gone@contoso.example>' }),
      forward(second!.userPrincipalName),
    ])
    expect(hits).toEqual([])
    const reasons = Object.fromEntries(
      unreached.map((copy) => [`${copy.recipient} ${copy.internetMessageId}`, copy.reason]),
    )
    expect(reasons).toEqual({
      [`${first} ${truth.internetMessageId}`]: expect.stringContaining('quarantine'),
      [`partner@elsewhere.example ${truth.internetMessageId}`]: expect.stringContaining('outside'),
      [`relay@elsewhere.example ${truth.internetMessageId}`]: expect.stringContaining('outside'),
      [`${first} <gone@contoso.example>`]: expect.stringContaining('deleted for good'),
      [`${second!.userPrincipalName} ${truth.internetMessageId}`]: expect.stringContaining('ErrorAccessDenied'),
    })
  })

  it('looks into no mailbox outside the authorized domains, and says so', async () => {
    const { userId } = truth.recipients[0]!
    await emulator.request('/faults', { match: { path: `/users/${userId}/` }, do: { delayMs: 0 } })
    const { hits, unreached } = await reach([forward(first)], [], { authorizedDomains: ['elsewhere.example'] })
    expect(hits).toEqual([])
    expect(unreached).toMatchObject([
      { recipient: first, reason: expect.stringContaining('not among the authorized domains') },
    ])
    expect(await emulator.request('/faults')).toMatchObject({ rules: [{ struck: 0 }] })
    const [, domain = ''] = first.split('@')
    expect((await reach([forward(first)], [], { authorizedDomains: [domain.toUpperCase()] })).hits).toHaveLength(1)
  })

  it('does not miss a copy that is gone because Cordon has found and removed it', async () => {
    const { userId } = truth.recipients[0]!
    const removed = { ...hit, id: 'r', userId, internetMessageId: '<gone@contoso.example>' }
    const { unreached } = await reach([forward(first, { internetMessageId: '<gone@contoso.example>' })], [removed])
    expect(unreached).toEqual([])
  })

  it('finds one among more messages than Exchange takes in one question', async () => {
    const others = Array.from({ length: 45 }, (_, i) => forward(first, { internetMessageId: `<${i}@contoso.example>` }))
    const { hits, unreached } = await reach([...others, forward(first)])
    expect(hits.map(({ internetMessageId }) => internetMessageId)).toEqual([truth.internetMessageId])
    expect(unreached).toHaveLength(45)
  })
})
