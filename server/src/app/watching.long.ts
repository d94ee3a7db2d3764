import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime } from '#domain/clock.ts'
import type { Investigation, InvestigationDuration, MailTargets } from '#domain/investigation.ts'
import { allOf } from '#domain/mail-filter.ts'

import { type HuntingCordon, startHuntingCordon } from './testing/hunting-cordon.ts'

/** Investigations that go on after their first search, while mail comes and people come and go. */

const DAY_MS = 86_400_000
const User = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  mail: z.string().nullable(),
  department: z.string().nullable(),
})
type User = z.infer<typeof User>

let cordon: HuntingCordon
/** May do what the people of the company do. */
let people: Microsoft
let users: User[]

beforeAll(async () => {
  const emulator = ['--throttle', 'off', '--consistency', 'strong']
  cordon = await startHuntingCordon({ emulator, roundEveryMs: 200 })
  people = await cordon.clientWith('Mail.Send', 'Mail.ReadWrite', 'MailboxSettings.ReadWrite', 'User.ReadWrite.All')
  const all = await people.json(
    { api: 'graph', path: '/v1.0/users?$select=id,userPrincipalName,mail,department&$top=999', what: 'No list.' },
    z.object({ value: z.array(User) }),
  )
  users = all.value.filter(({ mail, department }) => mail !== null && department !== null).slice(20, 60)
})
afterAll(() => cordon?.stop())

const post = (path: string, body: object) =>
  people.send({ api: 'graph', method: 'POST', path: `/v1.0${path}`, body, what: 'It could not be done.' })
const write = (subject: string, from: User, ...to: User[]) =>
  post(`/users/${from.id}/sendMail`, {
    message: {
      subject,
      body: { contentType: 'Text', content: 'Please look at it.' },
      toRecipients: to.map(({ mail }) => ({ emailAddress: { address: mail } })),
    },
    saveToSentItems: false,
  })

/** A subject that no other mail has, and an investigation that watches for it. */
async function watch(duration: InvestigationDuration, targets: MailTargets = named(users)) {
  const subject = `Berth ${randomUUID()}`
  const { id } = await cordon.start({ filter: allOf({ subject }), duration, targets })
  await cordon.when(id, ({ state }) => state === 'watching')
  return { id, subject }
}
const named = (who: readonly User[]): MailTargets => ({ kind: 'users', users: who.map(({ id }) => id) })
const standing = { kind: 'standing', quietDays: 3 } as const
const read = (id: string) => cordon.app.investigations.read(cordon.tenantId, id)
const hits = (least: number) => (investigation: Investigation) => investigation.hits >= least
/** Resolves after whole rounds that began after the call. */
async function rounds(id: string, times = 2): Promise<Investigation> {
  let investigation = await read(id)
  for (let round = 0; round < times; round++) {
    const { watchedUntil } = investigation
    investigation = await cordon.when(id, (now) => now.watchedUntil !== watchedUntil)
  }
  return investigation
}
const stop = async (id: string) => {
  await cordon.app.investigations.stop(cordon.user, cordon.tenantId, id)
  return cordon.ended(id)
}

describe('an investigation that watches', () => {
  it('finds a message that arrives after its first search, in the next round, once', async () => {
    const [sender, reader] = users
    const { id, subject } = await watch(standing)
    expect((await read(id)).hits).toBe(0)
    await write(subject, sender!, reader!)
    await cordon.when(id, hits(1))
    await rounds(id)
    expect(await cordon.hits(id)).toMatchObject([{ userId: reader!.id, subject, folderName: 'Inbox' }])
    expect(await stop(id)).toMatchObject({ state: 'stopped', hits: 1 })
  })

  it('finds what a rule of the mailbox moved or deleted as it came', async () => {
    const [sender, mover, deleter] = users.slice(5)
    const { id, subject } = await watch(standing)
    const rule = (actions: object) => ({
      displayName: 'Out of sight',
      sequence: 1,
      isEnabled: true,
      conditions: { subjectContains: [subject] },
      actions,
    })
    const junk = await people.json(
      { api: 'graph', path: `/v1.0/users/${mover!.id}/mailFolders/archive`, what: 'No folder.' },
      z.object({ id: z.string() }),
    )
    await post(`/users/${mover!.id}/mailFolders/inbox/messageRules`, rule({ moveToFolder: junk.id }))
    await post(`/users/${deleter!.id}/mailFolders/inbox/messageRules`, rule({ delete: true }))
    await write(subject, sender!, mover!, deleter!)
    await cordon.when(id, hits(2))
    const found = await cordon.hits(id)
    expect(new Map(found.map(({ userId, folderName }) => [userId, folderName]))).toEqual(
      new Map([
        [mover!.id, 'Archive'],
        [deleter!.id, 'Deleted Items'],
      ]),
    )
    await stop(id)
  })

  it('is not kept to the mailboxes that Microsoft’s records knew of when it began', async () => {
    const { networkMessageId } = z
      .object({ networkMessageId: z.string() })
      .parse(await cordon.emulator.request('/ground-truth/phish'))
    const filter = allOf({ 'network-message-id': networkMessageId })
    const once = await cordon.start({ filter })
    const { finding, mailboxesTotal } = await cordon.ended(once.id)
    expect([finding?.complete, mailboxesTotal]).toEqual([true, 23])
    const { id } = await cordon.start({ filter, duration: standing })
    expect((await cordon.when(id, ({ state }) => state === 'watching')).mailboxesTotal).toBeGreaterThan(200)
    await stop(id)
  })

  it('writes nothing in a round that finds nothing', async () => {
    const { id } = await watch(standing)
    const before = await cordon.mailboxes(id)
    const { watchedUntil: _, ...then } = await read(id)
    const { watchedUntil: __, ...now } = await rounds(id)
    expect(now).toEqual(then)
    expect(await cordon.mailboxes(id)).toEqual(before)
    await stop(id)
  })

  it('looks at everything in who comes to its targets meanwhile', async () => {
    const [sender, joiner] = users.slice(10)
    const { department } = users.find((user) => user.department !== joiner!.department)!
    const { id, subject } = await watch(standing, { kind: 'departments', departments: [department!] })
    await write(subject, sender!, joiner!)
    await rounds(id)
    expect(await read(id)).toMatchObject({ hits: 0 })
    const { mailboxesTotal } = await read(id)
    const path = `/v1.0/users/${joiner!.id}`
    await people.send({ api: 'graph', method: 'PATCH', path, body: { department }, what: 'Not moved.' })
    await cordon.when(id, hits(1))
    const ended = await stop(id)
    expect(ended).toMatchObject({ mailboxesTotal: mailboxesTotal + 1, mailboxesDone: mailboxesTotal + 1, hits: 1 })
  })

  it('finds the mail of a renamed user, and says of a deleted one what Microsoft says, until it is restored', async () => {
    const [sender, renamed, deleted] = users.slice(15)
    const { id, subject } = await watch(standing, named([renamed!, deleted!]))
    const body = { userPrincipalName: `new.${renamed!.userPrincipalName}` }
    const path = `/v1.0/users/${renamed!.id}`
    await people.send({ api: 'graph', method: 'PATCH', path, body, what: 'Not renamed.' })
    // What Exchange answers while an account is deleted.
    const error = { code: 'ErrorInvalidUser', message: `The requested user '${deleted!.id}' is invalid.` }
    await cordon.emulator.request('/faults', {
      match: { path: `/users/${deleted!.id}/m` },
      do: { status: 404, body: { error } },
    })
    await write(subject, sender!, renamed!, deleted!)
    await cordon.when(id, hits(1))
    await rounds(id)
    const states = async () => new Map((await cordon.mailboxes(id)).map((each) => [each.userId, each]))
    expect((await states()).get(renamed!.id)).toMatchObject({ state: 'searched', hits: 1 })
    expect((await states()).get(deleted!.id)).toMatchObject({ state: 'no-mailbox', hits: 0 })
    expect((await states()).get(deleted!.id)!.reason).toContain('ErrorInvalidUser')
    // Long after, it is looked at from end to end.
    await cordon.emulator.request('/faults', undefined, 'DELETE')
    await cordon.when(id, hits(2))
    expect((await states()).get(deleted!.id)).toMatchObject({ state: 'searched', hits: 1 })
    const ended = await stop(id)
    expect(ended).toMatchObject({ mailboxesTotal: 2, mailboxesDone: 2, mailboxesFailed: 0, hits: 2 })
  })

  it('holds when it is paused, and finds what came meanwhile when it goes on', async () => {
    const [sender, reader] = users.slice(20)
    const { id, subject } = await watch(standing)
    await cordon.app.investigations.pause(cordon.user, cordon.tenantId, id)
    await write(subject, sender!, reader!)
    const other = await watch(standing)
    await rounds(other.id, 3)
    expect(await read(id)).toMatchObject({ state: 'paused', hits: 0 })
    await cordon.app.investigations.resume(cordon.user, cordon.tenantId, id)
    await cordon.when(id, hits(1))
    await Promise.all([stop(id), stop(other.id)])
  })

  it('survives a restart, and finds what came while Cordon was down', async () => {
    const [sender, reader] = users.slice(25)
    const { id, subject } = await watch(standing)
    await write(subject, sender!, reader!)
    await cordon.restart()
    await cordon.when(id, hits(1))
    expect(await cordon.hits(id)).toMatchObject([{ userId: reader!.id }])
    await rounds(id)
    expect(await stop(id)).toMatchObject({ state: 'stopped', hits: 1 })
  })

  // The last ones: they move Cordon's clock on.
  it('ends at its end, and not before', async () => {
    const until = isoTime(Date.now() + 2 * DAY_MS)
    const { id } = await watch({ kind: 'until', until })
    cordon.advance(DAY_MS)
    expect((await rounds(id)).state).toBe('watching')
    cordon.advance(DAY_MS)
    const ended = await cordon.ended(id)
    expect(ended).toMatchObject({ state: 'done', hits: 0 })
    expect(Date.parse(ended.endedAt!)).toBeGreaterThanOrEqual(Date.parse(until))
  })

  it('ends by itself after as many quiet days as it was told', async () => {
    const { id } = await watch(standing)
    cordon.advance(2 * DAY_MS)
    expect((await rounds(id)).state).toBe('watching')
    cordon.advance(DAY_MS)
    expect(await cordon.ended(id)).toMatchObject({ state: 'done' })
  })
})
