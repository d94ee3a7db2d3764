import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { GraphMessage, messagesUrl } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { MailCondition, MailFilter, MailGroup } from '#domain/mail-filter.ts'
import { evaluate } from '#investigate/mail/evaluate.ts'

import { findPairs } from './find-pairs.ts'

/**
 * The law of exact pairs, against the mailboxes of a whole company: an answer that calls itself complete names every
 * delivered copy that the filter matches.
 */

const Application = z.object({ clientId: z.string(), secret: z.string() })
const User = z.object({ id: z.string(), userPrincipalName: z.string() })
const HOUR = 3_600_000
const FILTERS = 30
const SEED = 4127

interface Copy {
  owner: string
  message: GraphMessage
}

let emulator: Emulator
let copies: Copy[]
let dates: Pick<MailFilter, 'receivedFrom' | 'receivedTo'>

beforeAll(async () => {
  emulator = await startEmulator(['--scenario', 'phish-campaign', '--no-live', '--throttle', 'off'])
  const now = systemClock.now()
  dates = {
    receivedFrom: new Date(now - 200 * HOUR).toISOString(),
    receivedTo: new Date(now - HOUR / 2).toISOString(),
  }
  const reader = await signIn('User.Read.All', 'Mail.Read', 'Application.ReadWrite.All')
  await reader.send({
    api: 'graph',
    method: 'POST',
    path: '/v1.0/servicePrincipals',
    body: { appId: '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373' },
    what: 'Could not set up message trace.',
  })
  const users: z.infer<typeof User>[] = []
  const path = '/v1.0/users?$top=999&$select=id,userPrincipalName'
  for await (const page of reader.pages({ api: 'graph', path, what: 'Could not list.' }, User)) users.push(...page)
  copies = (await Promise.all(users.map((user) => delivered(reader, user)))).flat()
})
afterAll(() => emulator?.stop())

async function signIn(...roles: string[]): Promise<Microsoft> {
  const made = await emulator.request('/applications', { name: roles.join(' '), roles })
  return emulator.client({ application: Application.parse(made) })
}

/** What others sent to the user; nothing for a user without a mailbox. */
async function delivered(microsoft: Microsoft, { id, userPrincipalName }: z.infer<typeof User>): Promise<Copy[]> {
  const filter = `receivedDateTime ge ${dates.receivedFrom} and receivedDateTime le ${dates.receivedTo} and isDraft eq false`
  const url = messagesUrl(id, { filter, top: 1000 })
  const [reply] = await microsoft.batch([{ method: 'GET', url }])
  if (reply!.status !== 200) return []
  const owner = userPrincipalName.toLowerCase()
  return z
    .object({ value: z.array(GraphMessage) })
    .parse(reply!.body)
    .value.filter(({ from }) => from?.emailAddress?.address?.toLowerCase() !== owner)
    .map((message) => ({ owner, message }))
}

/** Conditions that some mail of the company meets, in this group and that. */
function filters(): MailGroup[] {
  const condition = fc
    .record({
      of: fc.nat(copies.length - 1),
      field: fc.constantFrom('from', 'domain', 'subject', 'word', 'id', 'body'),
      not: fc.boolean(),
    })
    .map(({ of, field, not }): MailCondition => {
      const { from, subject, internetMessageId } = copies[of]!.message
      const address = from?.emailAddress?.address ?? 'nobody@nowhere.example'
      const values = {
        from: { field: 'from', value: address.toUpperCase() },
        domain: { field: 'from', value: address.slice(address.lastIndexOf('@') + 1) },
        subject: { field: 'subject', value: subject || 'nothing' },
        word: { field: 'subject', value: (subject ?? '').split(' ').at(-1)!.toLowerCase() || 'nothing' },
        id: { field: 'internet-message-id', value: internetMessageId ?? '<none@nowhere.example>' },
        body: { field: 'body', value: 'the' },
      } as const
      return { ...values[field as keyof typeof values], ...(not && of % 3 === 0 && { not: true }) }
    })
  const { group } = fc.letrec<{ group: MailGroup; each: MailCondition | MailGroup }>((tie) => ({
    group: fc.record({
      logic: fc.constantFrom('and', 'or'),
      conditions: fc.array(tie('each'), { minLength: 1, maxLength: 3 }),
    }),
    each: fc.oneof({ maxDepth: 2 }, { weight: 3, arbitrary: condition }, { weight: 1, arbitrary: tie('group') }),
  }))
  return fc.sample(group, { seed: SEED, numRuns: FILTERS })
}

describe('pairs that are complete', () => {
  it.each(['ExchangeMessageTrace.Read.All', 'ThreatHunting.Read.All'])(
    `name every delivered copy that the filter matches (${FILTERS} filters, seed ${SEED}), with %s`,
    async (role) => {
      const microsoft = await signIn(role)
      expect(copies.length).toBeGreaterThan(1000)
      const results = { complete: 0, matched: 0, missed: [] as string[] }
      for (const where of filters()) {
        const filter = { where, ...dates }
        const answer = await findPairs({ microsoft, filter, clock: systemClock })
        if (!answer.complete) continue
        const found = new Set(
          answer.pairs.map(({ internetMessageId, recipient }) => `${internetMessageId} ${recipient}`),
        )
        const hits = copies.filter(({ message }) => evaluate(filter, { envelope: message }).is === 'hit')
        results.complete++
        results.matched += hits.length
        results.missed.push(
          ...hits
            .map(({ message, owner }) => `${message.internetMessageId} ${owner}`)
            .filter((key) => !found.has(key))
            .map((key) => `${key} by ${JSON.stringify(where)}`),
        )
      }
      expect(results.missed).toEqual([])
      expect(results.complete).toBeGreaterThan(5)
      expect(results.matched).toBeGreaterThan(20)
    },
  )
})
