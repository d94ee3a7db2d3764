import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'

import type { BatchPart, BatchReply } from '#connect/microsoft.ts'

import { startConnectedCordon } from './testing/connected-cordon.ts'
import { until } from './testing/cordon-process.ts'

/**
 * An action on ten thousand mailboxes while the whole product is killed with `kill -9` three times. The emulated company has
 * written down everything that was ever changed in it: each rule was disabled once, and none was forgotten.
 */

const MAILBOXES = 10_000
const AT_ONCE = 400
const BAD = { emailAddress: { name: 'x', address: 'x@bad.example' } }
const RULE = { displayName: '.', sequence: 9, isEnabled: true, actions: { redirectTo: [BAD] } }

const MAILBOX_SETTINGS = ['MailboxSettings.Read', 'MailboxSettings.ReadWrite']

const Directory = z.object({ users: z.array(z.object({ id: z.string() })) })
const Made = z.object({ clientId: z.string(), secret: z.string() })
const Change = z.object({
  trace: z.object({
    record: z.object({
      record: z.object({
        Operation: z.string(),
        Parameters: z.array(z.object({ Name: z.string(), Value: z.string() })),
      }),
    }),
  }),
})
const Rules = z.object({ value: z.array(z.object({ displayName: z.string(), isEnabled: z.boolean() })) })

const cordon = await startConnectedCordon({
  emulator: ['--org', String(MAILBOXES), '--scenario', 'none'],
  environment: { CORDON_APPROVAL_FROM: '1000000' },
  // Hidden rules, which Exchange tells of one mailbox at a time, would be most of the work and are tried elsewhere.
  roles: ['User.Read.All', ...MAILBOX_SETTINGS],
  feeds: [],
})
const { emulator, tenant } = cordon
afterAll(() => cordon.close())

/** What the owners of mailboxes do, with a program of their own. */
async function openPeople() {
  const application = Made.parse(await emulator.request('/applications', { name: 'People', roles: MAILBOX_SETTINGS }))
  const people = emulator.client({ application })
  const path = (id: string) => `/users/${id}/mailFolders/inbox/messageRules`
  /** A few at a time, or the company is busy for longer than a connection waits. */
  const ask = async (ids: readonly string[], part: Pick<BatchPart, 'method' | 'body'>) => {
    const replies: BatchReply[] = []
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const some = ids.slice(from, from + AT_ONCE)
      replies.push(...(await people.batch(some.map((id) => ({ ...part, url: path(id) })))))
    }
    return replies
  }
  return {
    /** Gives everybody who has a mailbox a rule that redirects; their ids. */
    async plant(ids: readonly string[]): Promise<string[]> {
      const replies = await ask(ids, { method: 'POST', body: RULE })
      return ids.filter((_, i) => replies[i]!.status === 201)
    },
    /** How many of these have exactly one such rule, and it is disabled. */
    async countDisabled(ids: readonly string[]): Promise<number> {
      const replies = await ask(ids, { method: 'GET' })
      const planted = replies.map(({ body }) =>
        Rules.parse(body).value.filter(({ displayName }) => displayName === '.'),
      )
      return planted.filter(([first, ...others]) => first?.isEnabled === false && others.length === 0).length
    },
  }
}

/** How often rules of each mailbox were changed, as the company's audit log has it; by object id. */
async function changesByMailbox(): Promise<Map<string, number>> {
  const { changes } = z.object({ changes: z.array(z.unknown()) }).parse(await emulator.request('/snapshot'))
  const found = new Map<string, number>()
  for (const change of changes) {
    const { data } = Change.safeParse(change)
    const { Operation, Parameters } = data?.trace.record.record ?? {}
    const mailbox = Parameters?.find(({ Name }) => Name === 'Mailbox')?.Value
    if (Operation === 'Set-InboxRule' && mailbox) found.set(mailbox, (found.get(mailbox) ?? 0) + 1)
  }
  return found
}

interface Run {
  id: string
  state: string
  targetsTotal: number
  targetsByState: Record<string, number>
}
interface Target {
  objectId: string
  state: string
  proof?: string
}

it(
  `killed three times in the middle of ${MAILBOXES} mailboxes, it forgets none and changes none twice`,
  { timeout: 1_800_000 },
  async () => {
    const people = await openPeople()
    const { users } = Directory.parse(await emulator.request('/ground-truth/directory'))
    const ids = await people.plant(users.map(({ id }) => id))
    expect(ids).toHaveLength(MAILBOXES)

    const plan = { action: 'disable-forward-rules', targets: ids }
    const { actionRun } = await cordon.call<{ actionRun: Run }>('POST', `${tenant}/action-runs`, plan)
    expect(actionRun.targetsByState).toEqual({ planned: MAILBOXES })
    const path = `${tenant}/action-runs/${actionRun.id}`
    const begun = Date.now()
    await cordon.call('POST', `${path}/execute`, { confirmTargets: MAILBOXES })
    const read = async () => {
      const { actionRuns } = await cordon.call<{ actionRuns: Run[] }>('GET', `${tenant}/action-runs`)
      return actionRuns.find(({ id }) => id === actionRun.id)!
    }
    const verified = ({ targetsByState }: Run) => targetsByState['verified'] ?? 0
    const killedAt: number[] = []
    for (const share of [0.1, 0.4, 0.7]) {
      const midway = await until(read, (run) => verified(run) >= MAILBOXES * share, 600_000)
      expect(midway.state).toBe('running')
      killedAt.push(verified(midway))
      await cordon.killAndStart()
    }
    const ended = await until(read, ({ state }) => state !== 'running', 600_000)
    const seconds = (Date.now() - begun) / 1000
    expect(ended).toMatchObject({ state: 'done', targetsByState: { verified: MAILBOXES } })
    expect(cordon.kills).toBe(3)

    const { targets } = await cordon.call<{ targets: Target[] }>('GET', path)
    expect(targets.map(({ objectId }) => objectId).toSorted()).toEqual(ids.toSorted())
    expect(targets.filter(({ proof = '' }) => !proof.startsWith('Disabled: “.” (to x@bad.example)'))).toEqual([])
    // Independent of Cordon: what the owners see, and what the company has written down.
    expect(await people.countDisabled(ids)).toBe(MAILBOXES)
    const changes = await changesByMailbox()
    expect(changes.size).toBe(MAILBOXES)
    expect([...changes.values()].filter((times) => times !== 1)).toEqual([])
    console.info(`${MAILBOXES} mailboxes in ${seconds.toFixed(0)} s, killed at ${killedAt.join(', ')}.`)
  },
)
