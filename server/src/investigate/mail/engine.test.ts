import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { createMicrosoft } from '#connect/create-microsoft.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { InvestigationMethod, MailTargets } from '#domain/investigation.ts'
import { allOf, type MailFilter } from '#domain/mail-filter.ts'
import { createInvestigation, stopInvestigation } from '#investigate/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { runInvestigation, type InvestigationRun } from './engine.ts'

const Truth = z.object({
  internetMessageId: z.string(),
  networkMessageId: z.string(),
  sender: z.string(),
  subject: z.string(),
  recipients: z.array(
    z.object({ userId: z.string(), userPrincipalName: z.string(), immutableId: z.string(), folder: z.string() }),
  ),
})
const Journal = z.object({ entries: z.array(z.object({ url: z.string(), service: z.string() })) })

let emulator: Emulator
let records: RecordStore
let microsoft: Microsoft & { close(): Promise<void> }
let truth: z.infer<typeof Truth>

beforeAll(async () => {
  ;[emulator, records] = await Promise.all([startEmulator(), openTemporaryRecords()])
  microsoft = signIn()
  await records.tenants.ensure(microsoft.tenantId, 'Emulated')
  truth = Truth.parse(await emulator.request('/ground-truth/phish'))
})
afterAll(async () => {
  await microsoft?.close()
  await Promise.all([emulator?.stop(), records?.close()])
})
beforeEach(() => emulator.request('/faults', undefined, 'DELETE'))

/** A client whose waits take no time. */
function signIn(application = emulator.tenants[0]!.applications[0]!): Microsoft & { close(): Promise<void> } {
  return createMicrosoft({
    tenantId: emulator.tenants[0]!.id,
    clientId: application.clientId,
    credential: { kind: 'secret', secret: application.secret! },
    cloud: emulator.cloud,
    clock: systemClock,
    wait: async () => {},
  })
}

async function prepare(
  filter: MailFilter,
  targets: MailTargets = { kind: 'all' },
  method: InvestigationMethod = 'scan',
): Promise<InvestigationRun> {
  const { tenantId } = microsoft
  const how = { method, duration: { kind: 'once' } } as const
  const request = { tenantId, connectionId: 'one', name: 'Hunt', filter, targets, ...how, createdBy: 'ana' }
  const { id } = await createInvestigation(records, systemClock, request)
  return { records, microsoft, tenantId, id, clock: systemClock }
}

async function hunt(filter: MailFilter, targets?: MailTargets, method?: InvestigationMethod) {
  const run = await prepare(filter, targets, method)
  const investigation = await runInvestigation(run)
  return { investigation, hits: await hitsOf(run), mailboxes: await mailboxesOf(run) }
}

const hitsOf = ({ tenantId, id }: InvestigationRun) => records.investigations.hits(tenantId, id)
const mailboxesOf = ({ tenantId, id }: InvestigationRun) => records.investigations.mailboxes(tenantId, id)
const strike = (path: string, effect: object, more: object = {}) =>
  emulator.request('/faults', { match: { path, ...more }, do: effect })

/** Requests to each mailbox so far, by user. */
async function searches(): Promise<Map<string, number>> {
  const { entries } = Journal.parse(await emulator.request('/journal?limit=100000'))
  const users = entries.flatMap(({ url }) => /\/users\/([^/?]+)\/messages/.exec(url)?.[1] ?? [])
  return new Map([...Map.groupBy(users, (user) => user)].map(([user, requests]) => [user, requests.length]))
}

const ids = (found: readonly { userId: string; messageId: string }[]) =>
  found.map(({ userId, messageId }) => `${userId} ${messageId}`).sort()
/** The 23 mailboxes that got the phish. */
const victims = (): MailTargets => ({ kind: 'users', users: truth.recipients.map(({ userId }) => userId) })
const expected = () => truth.recipients.map(({ userId, immutableId }) => `${userId} ${immutableId}`).sort()

describe('runInvestigation', () => {
  it.each<[string, (phish: z.infer<typeof Truth>) => MailFilter]>([
    ['its message ID', ({ internetMessageId }) => allOf({ 'internet-message-id': internetMessageId })],
    ['its sender in other case', ({ sender }) => allOf({ from: sender.toUpperCase() })],
    ['its sender’s domain', ({ sender }) => allOf({ from: sender.split('@')[1]! })],
    [
      'its subject and its sender’s domain',
      ({ subject, sender }) => allOf({ subject: subject.slice(3).toLowerCase(), from: sender.split('@')[1]! }),
    ],
  ])('finds the phish in exactly the 23 mailboxes that got it, by %s', async (_, filterOf) => {
    const { investigation, hits, mailboxes } = await hunt(filterOf(truth))
    expect(ids(hits)).toEqual(expected())
    expect(hits).toHaveLength(23)
    const folders = new Map(truth.recipients.map(({ userId, folder }) => [userId, folder]))
    for (const hit of hits)
      expect(hit).toMatchObject({ folderName: folders.get(hit.userId), internetMessageId: truth.internetMessageId })
    expect(investigation).toMatchObject({ state: 'done', hits: 23, mailboxesFailed: 0 })
    expect(investigation.mailboxesDone).toBe(investigation.mailboxesTotal)
    expect(mailboxes.filter(({ state }) => state === 'searched').length).toBeGreaterThanOrEqual(200)
    expect(mailboxes.filter(({ state }) => state === 'no-mailbox').length).toBeGreaterThan(0)
  })

  it('touches only the mailboxes that got the phish where Microsoft’s records know every copy', async () => {
    const { networkMessageId } = truth
    const { investigation, hits, mailboxes } = await hunt(
      allOf({ 'network-message-id': networkMessageId }),
      undefined,
      'auto',
    )
    expect(investigation.finding).toMatchObject({ source: 'hunting', pairs: 23, complete: true })
    // Nobody has set up message trace in this tenant, and the answer says how.
    expect(investigation.finding?.tried[0]?.outcome).toContain('New-MgServicePrincipal')
    expect(ids(hits)).toEqual(expected())
    expect(mailboxes.map(({ userId }) => userId).sort()).toEqual(truth.recipients.map(({ userId }) => userId).sort())
  })

  it('searches those first that got the mail, and then everybody, where the records may not know every copy', async () => {
    const { investigation, hits, mailboxes } = await hunt(
      allOf({ from: truth.sender, body: 'payroll' }),
      undefined,
      'auto',
    )
    expect(investigation.finding?.complete).toBe(false)
    expect(hits.length).toBeGreaterThanOrEqual(23)
    expect(mailboxes.length).toBeGreaterThan(200)
  })

  it('searches a department, and a group with those inside it', async () => {
    const users = z.object({ value: z.array(z.object({ id: z.string(), department: z.string().nullable() })) })
    const path = '/v1.0/users?$select=id,department&$top=999'
    const { value } = await microsoft.json({ api: 'graph', path, what: 'Could not list.' }, users)
    const department = value.find((user) => user.department !== null)!.department!
    const inDepartment = value.filter((user) => user.department === department).map(({ id }) => id)
    const filter = allOf({ 'internet-message-id': truth.internetMessageId })
    const found = await hunt(filter, { kind: 'departments', departments: [department] })
    expect(found.mailboxes.map(({ userId }) => userId).sort()).toEqual(inDepartment.sort())

    const unknown = await hunt(filter, { kind: 'groups', groups: ['Nobody knows this group'] })
    expect(unknown.investigation).toMatchObject({ state: 'failed', mailboxesTotal: 0 })
    expect(unknown.investigation.failure).toContain('Nobody knows this group')
  })

  it('takes look-alikes for hits when the subject alone is asked for, because they are', async () => {
    const { hits } = await hunt(allOf({ subject: truth.subject }))
    expect(hits.length).toBeGreaterThan(23)
    for (const { subject } of hits) expect(subject).toContain(truth.subject)
  })

  it('includes both ends of the dates', async () => {
    const { internetMessageId, sender } = truth
    const { hits } = await hunt(allOf({ 'internet-message-id': internetMessageId }), {
      kind: 'users',
      users: [truth.recipients[0]!.userId],
    })
    const at = hits[0]!.receivedAt
    const second = (ms: number) => new Date(Date.parse(at) + ms).toISOString()
    const users = { kind: 'users', users: truth.recipients.slice(0, 2).map(({ userId }) => userId) } as const
    expect((await hunt({ ...allOf({ from: sender }), receivedFrom: at, receivedTo: at }, users)).hits).toHaveLength(2)
    expect((await hunt({ ...allOf({ from: sender }), receivedTo: second(-1000) }, users)).hits).toHaveLength(0)
    expect((await hunt({ ...allOf({ from: sender }), receivedFrom: second(1000) }, users)).hits).toHaveLength(0)
  })

  it('finds a copy that the user has deleted and can still recover', async () => {
    const [victim] = truth.recipients
    const path = `/v1.0/users/${victim!.userId}/messages/${victim!.immutableId}/move`
    const body = { destinationId: 'recoverableitemsdeletions' }
    await microsoft.send({ api: 'graph', method: 'POST', path, body, what: 'The user failed to delete.' })
    const { hits } = await hunt(allOf({ from: truth.sender }), { kind: 'users', users: [victim!.userId] })
    await emulator.request('/reset', {})
    expect(hits).toMatchObject([{ messageId: victim!.immutableId, folderName: 'Recoverable Items' }])
  })

  it('falls back to a plainer query when Microsoft finds the first too complex', async () => {
    const error = {
      code: 'InefficientFilter',
      message: 'The restriction or sort order is too complex for this operation.',
    }
    await strike('from%2FemailAddress', { status: 400, body: { error } })
    const users = truth.recipients.slice(0, 3).map(({ userId }) => userId)
    expect((await hunt(allOf({ from: truth.sender }), { kind: 'users', users })).hits).toHaveLength(3)
  })

  it('searches named users once each, by name, id or alias, and lists the unknown as failed', async () => {
    const { userId, userPrincipalName } = truth.recipients[0]!
    const alias = `${userPrincipalName.split('@')[0]}@harborfinch.onmicrosoft.example`
    const users = [userPrincipalName, userId, alias, ' ', 'nobody@harborfinch.example', "o'hara#&+<>?/%@x.example"]
    const { investigation, mailboxes } = await hunt(allOf({ 'internet-message-id': truth.internetMessageId }), {
      kind: 'users',
      users,
    })
    expect(investigation).toMatchObject({
      state: 'done',
      mailboxesTotal: 3,
      mailboxesDone: 3,
      mailboxesFailed: 2,
      hits: 1,
    })
    expect(mailboxes.find((each) => each.userId === userId)).toMatchObject({ state: 'searched', hits: 1 })
    const unknown = mailboxes.filter(({ state }) => state === 'failed')
    expect(unknown.map((each) => each.userPrincipalName).sort()).toEqual(users.slice(-2).sort())
    for (const { reason } of unknown) expect(reason).toContain('Request_ResourceNotFound')
  })

  it('goes on when a mailbox cannot be read, and says why', async () => {
    const broken = truth.recipients[0]!.userId
    await strike(`/users/${broken}/messages`, {
      status: 500,
      body: { error: { code: 'ErrorInternalServerError', message: 'No.' } },
    })
    const { investigation, hits, mailboxes } = await hunt(
      allOf({ 'internet-message-id': truth.internetMessageId }),
      victims(),
    )
    expect(investigation).toMatchObject({ state: 'done', mailboxesFailed: 1, hits: 22 })
    expect(hits.map(({ userId }) => userId)).not.toContain(broken)
    expect(mailboxes.find(({ userId }) => userId === broken)?.reason).toContain('ErrorInternalServerError')
  })

  it('does not call a mailbox searched when its Recoverable Items were not', async () => {
    const { userId } = truth.recipients[0]!
    await strike(`/users/${userId}/mailFolders/recoverableitemsdeletions`, {
      status: 403,
      body: { error: { code: 'ErrorAccessDenied', message: 'No.' } },
    })
    const { hits, mailboxes } = await hunt(allOf({ 'internet-message-id': truth.internetMessageId }), {
      kind: 'users',
      users: [userId, truth.recipients[1]!.userId],
    })
    expect(hits).toHaveLength(2)
    expect(mailboxes.find((each) => each.userId === userId)).toMatchObject({
      state: 'failed',
      hits: 1,
      reason: expect.stringContaining('Recoverable Items'),
    })
  })

  it('fails, and names the permission, when no mailbox may be read or listed', async () => {
    const added = await emulator.request('/applications', { name: 'No mail', roles: ['User.Read.All'] })
    const noMail = signIn(added as Emulator['tenants'][number]['applications'][number])
    const run = await prepare(allOf({ from: truth.sender }), {
      kind: 'users',
      users: truth.recipients.map(({ userId }) => userId),
    })
    const ended = await runInvestigation({ ...run, microsoft: noMail })
    await noMail.close()
    expect(ended).toMatchObject({ state: 'failed', mailboxesFailed: 23 })
    expect(ended.failure).toContain('Mail.Read')

    await strike('/v1.0/users\\?', {
      status: 403,
      body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
    })
    const { investigation } = await hunt(allOf({ from: truth.sender }))
    expect(investigation.state).toBe('failed')
    expect(investigation.failure).toContain('User.Read.All')
  })

  it('stops between mailboxes when asked, and accounts for those not searched', async () => {
    const run = await prepare(allOf({ 'internet-message-id': truth.internetMessageId }))
    const watched = atCommit(5, () => stopInvestigation(records, run.tenantId, run.id))
    const ended = await runInvestigation({ ...run, records: watched, concurrency: 1 })
    expect(ended.state).toBe('stopped')
    expect(ended.mailboxesDone).toBe(ended.mailboxesTotal)
    const skipped = (await mailboxesOf(run)).filter(({ state }) => state === 'skipped')
    expect(skipped.length).toBeGreaterThan(5)
    for (const { reason } of skipped) expect(reason).toContain('stopped')
    expect(await runInvestigation(run)).toEqual(ended)
    expect(await stopInvestigation(records, run.tenantId, run.id)).toEqual(ended)
  })

  it('stops before it has begun', async () => {
    const run = await prepare(allOf({ 'internet-message-id': truth.internetMessageId }), victims())
    const before = await searches()
    await stopInvestigation(records, run.tenantId, run.id)
    expect(await runInvestigation(run)).toMatchObject({ state: 'stopped', hits: 0 })
    expect(await searches()).toEqual(before)
  })

  it('loses and repeats nothing when it dies in the middle and another engine takes up', async () => {
    const run = await prepare(allOf({ 'internet-message-id': truth.internetMessageId }), victims())
    await expect(runInvestigation({ ...run, records: dyingAtCommit(10), concurrency: 1 })).rejects.toThrow('Died')
    expect(await records.investigations.unfinished()).toContainEqual({ tenantId: run.tenantId, id: run.id })
    const done = (await mailboxesOf(run)).filter(({ state }) => state !== 'waiting')
    expect(done).toHaveLength(9)
    const before = await searches()
    expect(await runInvestigation(run)).toMatchObject({ state: 'done', hits: 23 })
    expect(ids(await hitsOf(run))).toEqual(expected())
    const after = await searches()
    for (const { userId } of done) expect(after.get(userId)).toBe(before.get(userId))
  })

  it('goes on later when the server shuts down in the middle', async () => {
    const run = await prepare(allOf({ 'internet-message-id': truth.internetMessageId }), victims())
    const shutdown = new AbortController()
    const watched = atCommit(8, () => shutdown.abort())
    const { signal } = shutdown
    expect(await runInvestigation({ ...run, records: watched, signal, concurrency: 1 })).toMatchObject({
      state: 'running',
    })
    expect((await mailboxesOf(run)).some(({ state }) => state === 'failed')).toBe(false)
    expect(await runInvestigation(run)).toMatchObject({ state: 'done', hits: 23, mailboxesFailed: 0 })
  })

  it('knows when there is no such investigation', async () => {
    const run = await prepare(allOf({ from: truth.sender }))
    const unknown = { ...run, id: '00000000-0000-4000-8000-000000000000' }
    await expect(runInvestigation(unknown)).rejects.toThrow(
      expect.objectContaining({ code: 'INVESTIGATION_NOT_FOUND' }),
    )
  })
})

/** The records, as they are: before the outcome of the `nth` mailbox is written something happens. */
function atCommit(nth: number, happens: () => unknown): RecordStore {
  let commits = 0
  return {
    ...records,
    investigations: {
      ...records.investigations,
      async commitMailbox(...commit) {
        commits += 1
        if (commits >= nth) await happens()
        await records.investigations.commitMailbox(...commit)
      },
    },
  }
}

/** The records of a process that dies when it writes the outcome of the `nth` mailbox. */
function dyingAtCommit(nth: number): RecordStore {
  return atCommit(nth, () => {
    throw new Error('Died.')
  })
}
