import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { findCopies } from '#connect/ews/find-copies.ts'
import type { Ews, EwsMessage } from '#connect/ews/ews.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { openExchangeDoor } from '#connect/testing/emulated-exchange.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import { stableId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'
import { allOf } from '#domain/mail-filter.ts'
import type { RecordStore } from '#store/record-store.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'

import { planActionRun } from './plan.ts'
import { executeActionRun, resumeActionRun, revertActionRun, type ActionRunContext } from './runner.ts'
import { dyingAtWrite } from './testing/crash.ts'

const Truth = z.object({
  internetMessageId: z.string(),
  subject: z.string(),
  recipients: z.array(z.object({ userPrincipalName: z.string(), folder: z.string() })),
})

let emulator: Emulator
let records: RecordStore
let door: Microsoft & { close(): Promise<void> }
let ews: Ews
let truth: z.infer<typeof Truth>
let addresses: string[]

beforeAll(async () => {
  ;[emulator, records] = await Promise.all([startEmulator(['--no-live']), openTemporaryRecords()])
  door = await openExchangeDoor(emulator)
  ews = door.exchange!.ews
  await records.tenants.ensure(door.tenantId, 'Emulated')
})
beforeEach(async () => {
  await emulator.request('/reset', {})
  truth = Truth.parse(await emulator.request('/ground-truth/phish'))
  addresses = truth.recipients
    .filter(({ folder }) => folder === 'Inbox')
    .slice(0, 3)
    .map(({ userPrincipalName }) => userPrincipalName.toLowerCase())
})
afterAll(async () => {
  await door?.close()
  await Promise.all([emulator?.stop(), records?.close()])
})

/** An investigation with every copy of the phish in the three mailboxes as its hits. */
async function hunt(): Promise<{ investigationId: string; hits: MailHit[] }> {
  const { tenantId } = door
  const id = crypto.randomUUID()
  const copies = await Promise.all(addresses.map(async (mailbox) => ({ mailbox, found: await copiesIn(mailbox) })))
  const hits = copies.flatMap(({ mailbox, found }) =>
    found.map(({ id: messageId, folderId }): MailHit => ({
      id: stableId(id, mailbox, messageId),
      userId: mailbox,
      userPrincipalName: mailbox,
      messageId,
      internetMessageId: truth.internetMessageId,
      subject: truth.subject,
      sender: '',
      receivedAt: '2026-11-20T00:00:00Z',
      folderId,
      folderName: 'Inbox',
      isRead: false,
      hasAttachments: false,
      foundBy: 'search',
      matched: [],
    })),
  )
  await records.investigations.create({
    id,
    tenantId,
    connectionId: 'one',
    name: 'Hunt',
    filter: allOf({ 'internet-message-id': truth.internetMessageId }),
    targets: { kind: 'users', users: addresses },
    method: 'scan',
    duration: { kind: 'once' },
    state: 'running',
    mailboxesTotal: 0,
    mailboxesDone: 0,
    mailboxesFailed: 0,
    hits: 0,
    createdBy: 'ana',
    createdAt: '2026-11-20T00:00:00Z',
  })
  const rows = addresses.map((mailbox) => ({
    userId: mailbox,
    userPrincipalName: mailbox,
    displayName: mailbox,
    state: 'searched' as const,
    hits: 0,
  }))
  await records.investigations.addMailboxes(tenantId, id, 0, rows)
  for (const row of rows)
    await records.investigations.commitMailbox(
      tenantId,
      id,
      row,
      hits.filter(({ userId }) => userId === row.userId),
    )
  return { investigationId: id, hits }
}

async function plan(action: string): Promise<ActionRunContext & { hits: MailHit[] }> {
  const { investigationId, hits } = await hunt()
  const { tenantId } = door
  const common = { records, clock: systemClock, tenantId }
  const { actionRun } = await planActionRun({
    ...common,
    action,
    investigationId,
    createdBy: 'ana',
    open: async () => door,
    approvalFrom: 999,
  })
  return { ...common, microsoft: door, id: actionRun.id, hits, concurrency: 1, wait: async () => {} }
}

const call = (mailbox: string) => ({ mailbox })
const copiesIn = (mailbox: string): Promise<EwsMessage[]> => findCopies(ews, call(mailbox), truth.internetMessageId)
const targetsOf = ({ tenantId, id }: ActionRunContext) => records.actionRuns.targets(tenantId, id)
const strike = (effect: object, match: object = {}) =>
  emulator.request('/faults', { match: { service: 'ews', ...match }, do: effect })

/** Names of the folders that the copies of the phish lie in, mailbox by mailbox. */
async function places(): Promise<string[][]> {
  return Promise.all(
    addresses.map(async (mailbox) => {
      const { recoverableitemsdeletions } = await ews.wellKnown(call(mailbox), ['recoverableitemsdeletions'])
      const names = new Map((await ews.folders(call(mailbox))).map(({ id, displayName }) => [id, displayName]))
      names.set(recoverableitemsdeletions!, 'Recoverable Items')
      return (await copiesIn(mailbox)).map(({ folderId }) => names.get(folderId)!).sort()
    }),
  )
}

const MOVES = [
  ['move-message-to-junk', 'Junk Email'],
  ['move-message-to-deleted-items', 'Deleted Items'],
  ['soft-delete-message', 'Recoverable Items'],
] as const
const ACTIONS = [...MOVES, ['delete-message', undefined]] as const

describe.each(ACTIONS)('%s on premises', (action, to) => {
  const there = () => addresses.map(() => (to === undefined ? [] : [to]))

  it('takes every copy away, reads that back, and twice is once', async () => {
    const run = await plan(action)
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect(await places()).toEqual(there())
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect(await places()).toEqual(there())
  })

  it('finds a message again that its user moved to another folder since', async () => {
    const run = await plan(action)
    const archive = (await ews.folders(call(addresses[0]!))).find(({ displayName }) => displayName === 'Archive')!
    await ews.move(call(addresses[0]!), run.hits[0]!.messageId, { id: archive.id })
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect(await places()).toEqual(there())
  })

  it('says already-gone of a message that its user deleted for good', async () => {
    const run = await plan(action)
    await ews.remove(call(addresses[0]!), run.hits[0]!.messageId, 'HardDelete')
    expect(await executeActionRun(run)).toMatchObject({ targetsByState: { 'already-gone': 1, verified: 2 } })
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('ends the same after a crash at write %i of the journal', async (nth) => {
    const run = await plan(action)
    await expect(executeActionRun({ ...run, records: dyingAtWrite(records, nth) })).rejects.toThrow('Died')
    expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect(await places()).toEqual(there())
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is verified though the reply to request %i was lost', async (nth) => {
    const run = await plan(action)
    await strike({ dropAfterCommit: true }, { nth })
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect(await places()).toEqual(there())
  })

  it('changes nothing as a shadow', async () => {
    const { investigationId } = await hunt()
    const { tenantId } = door
    const common = { records, clock: systemClock, tenantId }
    const shadow = { ...common, action, investigationId, createdBy: 'ana', open: async () => door, shadow: true }
    const { id } = (await planActionRun(shadow)).actionRun
    const ended = await executeActionRun({ ...common, microsoft: door, id })
    expect(ended).toMatchObject({ targetsByState: { 'would-change': 3 } })
    expect(await places()).toEqual(addresses.map(() => ['Inbox']))
  })

  it('takes away two copies in one mailbox, each once', async () => {
    await secondCopy()
    const run = await plan(action)
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 4 } })
    expect((await places())[0]).toEqual(to === undefined ? [] : [to, to])
  })
})

/** Another copy of the phish in the archive of the first mailbox, through Graph. */
async function secondCopy(): Promise<void> {
  const user = emulator.client()
  const messages = `/v1.0/users/${addresses[0]!}/messages`
  const $filter = encodeURIComponent(`internetMessageId eq '${truth.internetMessageId}'`)
  const Found = z.object({ value: z.array(z.object({ id: z.string() })) })
  const what = 'Could not copy.'
  const { value } = await user.json({ api: 'graph', path: `${messages}?$select=id&$filter=${$filter}`, what }, Found)
  const path = `${messages}/${value[0]!.id}/copy`
  await user.send({ api: 'graph', method: 'POST', path, body: { destinationId: 'archive' }, what })
}

describe.each(MOVES)('%s on premises, reverted', (action) => {
  const atFirst = () => addresses.map(() => ['Inbox'])

  it('puts every message back where it was, and twice is once', async () => {
    const run = await plan(action)
    await executeActionRun(run)
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
    expect(await places()).toEqual(atFirst())
    await revertActionRun(run)
    expect(await places()).toEqual(atFirst())
  })

  it('puts two copies in one mailbox back, each to its folder', async () => {
    await secondCopy()
    const run = await plan(action)
    await executeActionRun(run)
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 4 } })
    expect((await places())[0]).toEqual(['Archive', 'Inbox'])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('ends the same after a crash at write %i of the journal', async (nth) => {
    const run = await plan(action)
    await executeActionRun(run)
    await expect(revertActionRun({ ...run, records: dyingAtWrite(records, nth) })).rejects.toThrow('Died')
    expect(await resumeActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
    expect(await places()).toEqual(atFirst())
  })

  it('leaves what the user deleted since, and says so', async () => {
    const run = await plan(action)
    await executeActionRun(run)
    const [copy] = await copiesIn(addresses[0]!)
    await ews.remove(call(addresses[0]!), copy!.id, 'HardDelete')
    expect(await revertActionRun(run)).toMatchObject({ targetsByState: { reverted: 2, 'revert-failed': 1 } })
  })
})

describe('on premises', () => {
  it('says not-reachable, and why, of a mailbox that has gone', async () => {
    const run = await plan('delete-message')
    const ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors'
    const body =
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><detail>' +
      `<e:ResponseCode xmlns:e="${ERRORS}">ErrorNonExistentMailbox</e:ResponseCode></detail></s:Fault></s:Body></s:Envelope>`
    await strike({ status: 500, headers: { 'content-type': 'text/xml' }, body }, { nth: 1 })
    expect(await executeActionRun(run)).toMatchObject({ targetsByState: { 'not-reachable': 1, verified: 2 } })
    const left = (await targetsOf(run)).find(({ state }) => state === 'not-reachable')
    expect(left!.reason).toContain('ErrorNonExistentMailbox')
  })

  it('fails each target that needs Microsoft 365, and says so', async () => {
    const run = await plan('warn-message')
    expect(await executeActionRun(run)).toMatchObject({ state: 'failed', targetsByState: { failed: 3 } })
    for (const { reason } of await targetsOf(run)) expect(reason).toContain('Microsoft 365 is needed')
  })

  it('brings a message back to the Inbox that its user threw away', async () => {
    for (const mailbox of addresses)
      await ews.move(call(mailbox), (await copiesIn(mailbox))[0]!.id, { wellKnown: 'deleteditems' })
    const run = await plan('restore-message')
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect(await places()).toEqual(addresses.map(() => ['Inbox']))
  })
})
