import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { allOf, type MailFilter } from '#domain/mail-filter.ts'
import { USES } from '#domain/tenant.ts'
import { freshTenant, investigation as sample, mailbox } from '#store/testing/record-store/samples.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { type HuntingCordon, startHuntingCordon } from './testing/hunting-cordon.ts'

/** What nobody should ask, and what the company may be like: a clear answer each time, and no other investigation is harmed. */

const Phish = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userId: z.string(), userPrincipalName: z.string() })),
})
const User = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  mail: z.string().nullable(),
  department: z.string().nullable(),
  onPremisesSyncEnabled: z.boolean().nullable(),
})
const Journal = z.object({ entries: z.array(z.object({ url: z.string() })) })

let cordon: HuntingCordon
let people: Microsoft
let phish: z.infer<typeof Phish>
let users: z.infer<typeof User>[]

beforeAll(async () => {
  cordon = await startHuntingCordon({ emulator: ['--throttle', 'off', '--consistency', 'strong'] })
  people = await cordon.clientWith('Mail.Send', 'User.ReadWrite.All')
  phish = Phish.parse(await cordon.emulator.request('/ground-truth/phish'))
  const path = '/v1.0/users?$select=id,userPrincipalName,mail,department,onPremisesSyncEnabled&$top=999'
  const all = z.object({ value: z.array(User) })
  users = (await people.json({ api: 'graph', path, what: 'No list.' }, all)).value
})
afterAll(() => cordon?.stop())

const filter = () => allOf({ 'internet-message-id': phish.internetMessageId })
const victims = (most = 5) => phish.recipients.slice(0, most).map(({ userId }) => userId)
const hunt = async (userNames: string[], by: MailFilter = filter()) => {
  const targets = { kind: 'users', users: userNames } as const
  const { id } = await cordon.start({ filter: by, method: 'scan', targets })
  return { investigation: await cordon.ended(id), mailboxes: await cordon.mailboxes(id) }
}

describe('an absurd filter', () => {
  it('of 5,000 conditions is refused, with the number that is allowed', async () => {
    const conditions = Array.from({ length: 5000 }, (_, n) => ({ field: 'subject' as const, value: `Berth ${n}` }))
    await expect(cordon.start({ filter: { where: { logic: 'or', conditions } } })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      why: expect.stringMatching(/5000 conditions; at most 500/),
    })
    const deep = (depth: number): MailFilter['where'] => ({
      logic: 'and',
      conditions: depth === 0 ? [{ field: 'subject', value: 'x' }] : [deep(depth - 1)],
    })
    await expect(cordon.start({ filter: { where: deep(50) } })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    expect(await cordon.app.investigations.list(cordon.tenantId)).toEqual([])
  })

  it('with a bomb of an expression ends like any other', async () => {
    const bomb = '((([a-z]+)*[ ,.]*)*)*confirm your payroll account[^~]*~'
    expect((await hunt(victims(3), allOf({ regex: bomb }))).investigation).toMatchObject({ state: 'done', hits: 0 })
  })

  it('never has Microsoft send bodies page by page (Keepnet: oversized Graph pages with body broke JSON)', async () => {
    await hunt(victims(), allOf({ body: 'no mail has these words' }))
    const { entries } = Journal.parse(await cordon.emulator.request('/journal?limit=1000000'))
    const listings = entries.filter(({ url }) => /\/messages\?/.test(url)).map(({ url }) => new URL(url, 'https://x'))
    expect(listings.length).toBeGreaterThan(0)
    for (const { searchParams } of listings) {
      expect(searchParams.get('$select')?.split(',') ?? ['body']).not.toContain('body')
      expect(Number(searchParams.get('$top'))).toBeLessThanOrEqual(1000)
    }
    // And a page that comes broken is told of, not taken for the end of the mailbox.
    const [user] = victims()
    const match = { path: `/users/${user}/messages` }
    await cordon.emulator.request('/faults', { match, do: { badJson: true } })
    const { investigation, mailboxes } = await hunt(victims(2), allOf({ 'sender-name': 'Payroll' }))
    await cordon.emulator.request('/faults', undefined, 'DELETE')
    expect(investigation).toMatchObject({ state: 'done', mailboxesFailed: 1, mailboxesDone: 2 })
    expect(mailboxes.find(({ userId }) => userId === user)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('not JSON of the expected form'),
    })
  })
})

describe('targets that are not there', () => {
  it.each([
    ['group', { kind: 'groups', groups: ['Nobody’s group'] }],
    ['department', { kind: 'departments', departments: ['Nobody’s department'] }],
  ] as const)('an unknown %s fails the investigation with its name', async (kind, targets) => {
    const given = structuredClone(targets) as unknown as Parameters<typeof cordon.start>[0]['targets']
    const { id } = await cordon.start({ filter: filter(), targets: given! })
    expect(await cordon.ended(id)).toMatchObject({
      state: 'failed',
      mailboxesTotal: 0,
      failure: expect.stringContaining(`Nobody’s ${kind}`),
    })
  })

  it('an unknown user is listed with the reason beside those who are searched', async () => {
    const { investigation, mailboxes } = await hunt(['nobody@harborfinch.example', ...victims(2)])
    expect(investigation).toMatchObject({ state: 'done', mailboxesTotal: 3, mailboxesFailed: 1, hits: 2 })
    expect(mailboxes.find(({ state }) => state === 'failed')?.reason).toContain('Request_ResourceNotFound')
  })
})

describe('mailboxes that are not as others', () => {
  it('a user without a license has no mailbox, in Microsoft’s words, and that is no failure', async () => {
    const unlicensed = users.at(-1)!
    const { investigation, mailboxes } = await hunt([unlicensed.id, ...victims(1)])
    expect(investigation).toMatchObject({ state: 'done', mailboxesFailed: 0, mailboxesDone: 2, hits: 1 })
    expect(mailboxes.find(({ userId }) => userId === unlicensed.id)).toMatchObject({
      state: 'no-mailbox',
      reason: expect.stringContaining('MailboxNotEnabledForRESTAPI'),
    })
  })

  it('a mailbox on hold is searched and purged like any other, and the choice says what a hold keeps', async () => {
    // Everybody in Legal is on litigation hold.
    const held = users.find(({ department, mail }) => department === 'Legal' && mail !== null)!
    const subject = 'Settlement of the quay'
    const message = { subject, toRecipients: [{ emailAddress: { address: held.mail } }] }
    const path = `/v1.0/users/${phish.recipients[0]!.userId}/sendMail`
    const body = { message, saveToSentItems: false }
    await people.send({ api: 'graph', method: 'POST', path, body, what: 'Not sent.' })
    const { investigation } = await hunt([held.id], allOf({ subject }))
    expect(investigation).toMatchObject({ state: 'done', hits: 1 })
    const { actions } = cordon.app
    expect(actions.catalog().find(({ id }) => id === 'delete-message')?.recoverability).toMatch(/hold/)
    const plan = { action: 'delete-message', investigationId: investigation.id }
    const { actionRun } = await actions.plan(cordon.user, cordon.tenantId, plan)
    await actions.execute(cordon.user, cordon.tenantId, actionRun.id, 1)
    const states = async () => (await actions.read(cordon.tenantId, actionRun.id)).actionRun
    await expect.poll(states, { timeout: 20_000 }).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
    expect((await hunt([held.id], allOf({ subject }))).investigation).toMatchObject({ state: 'done', hits: 0 })
  })

  it('a user who is renamed or deleted between the list and the search is found by id, or said to be gone', async () => {
    // Names of people who are synchronized from elsewhere are changed there.
    const ofCloud = (id: string) => users.some((user) => user.id === id && !user.onPremisesSyncEnabled)
    const [renamed, deleted, third] = phish.recipients.filter(({ userId }) => ofCloud(userId))
    const error = { code: 'ErrorInvalidUser', message: `The requested user '${deleted!.userId}' is invalid.` }
    // Until it is resumed nobody is searched: the first of them takes its time.
    await cordon.emulator.request('/faults', {
      rules: [
        { match: { path: `/users/${deleted!.userId}/m` }, do: { status: 404, body: { error } } },
        { match: { path: `/users/${third!.userId}/m`, times: 1 }, do: { delayMs: 500 } },
      ],
    })
    const { id } = await cordon.start({
      filter: filter(),
      method: 'scan',
      targets: { kind: 'users', users: [renamed!, deleted!, third!].map(({ userId }) => userId) },
    })
    await cordon.when(id, ({ mailboxesTotal }) => mailboxesTotal === 3)
    const body = { userPrincipalName: `was.${renamed!.userPrincipalName}` }
    const path = `/v1.0/users/${renamed!.userId}`
    await people.send({ api: 'graph', method: 'PATCH', path, body, what: 'Not renamed.' })
    const ended = await cordon.ended(id)
    await cordon.emulator.request('/faults', undefined, 'DELETE')
    expect(ended).toMatchObject({ state: 'done', hits: 2, mailboxesDone: 3, mailboxesFailed: 0 })
    const states = (await cordon.mailboxes(id)).map(({ userId, state }) => [userId, state])
    expect(new Map(states as [string, string][])).toEqual(
      new Map([
        [renamed!.userId, 'searched'],
        [deleted!.userId, 'no-mailbox'],
        [third!.userId, 'searched'],
      ]),
    )
  })
})

it('50,000 mailboxes are listed page by page, each once, in order', { timeout: 120_000 }, async () => {
  const records = await openTemporaryRecords()
  const tenantId = freshTenant()
  const investigation = sample(tenantId, { state: 'running' })
  await records.tenants.ensure(tenantId, 'Large')
  await records.investigations.create(investigation)
  for (let chunk = 0; chunk < 50; chunk++) {
    const rows = Array.from({ length: 1000 }, (_, n) => mailbox(chunk * 1000 + n))
    await records.investigations.addMailboxes(tenantId, investigation.id, chunk, rows)
  }
  expect(await records.investigations.read(tenantId, investigation.id)).toMatchObject({ mailboxesTotal: 50_000 })
  const names: string[] = []
  for (let offset = 0; ; offset += 1000) {
    const page = await records.investigations.mailboxes(tenantId, investigation.id, { limit: 1000, offset })
    if (page.length === 0) break
    names.push(...page.map(({ userPrincipalName }) => userPrincipalName))
  }
  expect(names).toHaveLength(50_000)
  expect(new Set(names).size).toBe(50_000)
  expect(names).toEqual(names.toSorted())
  await records.close()
})

it('a watch ends with the reason when its connection is no longer for searching', async () => {
  const { user, connectionId, app } = cordon
  const watch = await cordon.start({ filter: filter(), duration: { kind: 'standing', quietDays: 1 } })
  await cordon.when(watch.id, ({ state }) => state === 'watching')
  await app.connections.change(user, connectionId, { settings: { uses: ['collect', 'respond'] }, unchecked: true })
  // It is taken up by its next round, or by the next start.
  await cordon.restart()
  const failure = expect.stringContaining('is not for searching mailboxes')
  expect(await cordon.ended(watch.id)).toMatchObject({ state: 'failed', failure })
  await cordon.app.connections.change(user, connectionId, { settings: { uses: [...USES] }, unchecked: true })
})

// The last one: its connection is gone afterwards.
it('an investigation and a watch end with the reason when their connection is removed, and a plan is refused (Keepnet: stuck “In analysis” for ever)', async () => {
  const watch = await cordon.start({ filter: filter(), duration: { kind: 'standing', quietDays: 1 } })
  await cordon.when(watch.id, ({ state }) => state === 'watching')
  const { investigation } = await hunt(victims(3))
  const plan = { action: 'soft-delete-message', investigationId: investigation.id }
  const { actionRun } = await cordon.app.actions.plan(cordon.user, cordon.tenantId, plan)
  // Slow enough to be under way when it happens.
  await cordon.emulator.request('/faults', { match: { path: '/users/' }, do: { delayMs: 1500 } })
  const { id } = await cordon.start({ filter: allOf({ body: 'payroll' }), method: 'scan' })
  await cordon.when(id, ({ mailboxesTotal }) => mailboxesTotal > 0)
  await cordon.app.connections.remove(cordon.user, cordon.connectionId)
  await expect(cordon.app.actions.execute(cordon.user, cordon.tenantId, actionRun.id, 3)).rejects.toMatchObject({
    code: 'CONNECTION_NOT_FOUND',
    why: expect.stringContaining(cordon.connectionId),
  })

  const reason = `This tenant has no connection ${cordon.connectionId}`
  const ended = await cordon.ended(id)
  expect(ended).toMatchObject({ state: 'failed', failure: expect.stringContaining(reason) })
  expect(ended.mailboxesDone).toBe(ended.mailboxesTotal)
  expect((await cordon.app.actions.read(cordon.tenantId, actionRun.id)).actionRun.state).toBe('planned')
  // It is taken up by its next round, or by the next start.
  await cordon.restart()
  expect(await cordon.ended(watch.id)).toMatchObject({ state: 'failed', failure: expect.stringContaining(reason) })
})
