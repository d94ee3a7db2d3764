import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import { freshTenant, hit, investigation, mailbox } from '#store/testing/record-store/samples.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type Actions, createActions } from './actions.ts'
import { createAudit } from './audit.ts'
import { createBus } from './bus.ts'
import { testLinks } from './testing/test-links.ts'

const HOUR_MS = 3_600_000
const person = (name: string): User => ({ id: name, name, role: 'responder', createdAt: isoTime(0) })
const [ana, ben] = [person('ana'), person('ben')]

/** Plans on messages need none. */
const noMicrosoft = () => Promise.reject(new Error('Microsoft was asked.'))

let records: RecordStore
beforeAll(async () => {
  records = await openTemporaryRecords()
})
afterAll(() => records.close())

let tenantId: TenantId
let now: number
let started: string[]
let actions: Actions
let investigationId: string

/** An investigation of a tenant with 20 mailboxes, in that cloud, that has found `hits` messages, two in each mailbox. */
async function found(hits: number, cloud = 'worldwide'): Promise<void> {
  const connectionId = `connection of ${tenantId}`
  const written = investigation(tenantId, { state: 'done', connectionId })
  investigationId = written.id
  await records.tenants.ensure(tenantId, 'Here')
  const connection = { id: connectionId, tenantId, name: 'Here', cloud, clientId: 'client', feeds: [], settings: {} }
  await records.connections.create(
    { ...connection, credentialKind: 'secret', createdAt: isoTime(now) },
    { kind: 'secret', secret: 'x' },
  )
  await records.investigations.create(written)
  for (let number = 0; number < 20; number++) {
    const { userId, userPrincipalName } = mailbox(number)
    const two = [0, 1].slice(0, Math.max(0, hits - 2 * number))
    await records.investigations.commitMailbox(
      tenantId,
      investigationId,
      mailbox(number, { state: 'searched', hits: two.length }),
      two.map((each) => hit(`${number}-${each}`, { userId, userPrincipalName })),
    )
  }
}

beforeEach(async () => {
  tenantId = freshTenant()
  now = Date.parse('2026-11-21T09:00:00Z')
  started = []
  const clock = { now: () => now }
  actions = createActions({
    records,
    start: async ({ id }) => void started.push(id),
    audit: createAudit(records, clock),
    bus: createBus(),
    clock,
    links: testLinks(clock),
    approvalFrom: 30,
    open: noMicrosoft,
  })
})

const plan = async (more: { shadow?: boolean; targets?: string[]; action?: string } = {}) =>
  actions.plan(ana, tenantId, { action: 'delete-message', investigationId, ...more })
const audited = async () =>
  (await records.audit.list(tenantId, 100)).map(({ actor, action }) => `${actor} ${action}`).toReversed()
const refused = (code: string) => expect.objectContaining({ code })

describe('a small plan', () => {
  beforeEach(() => found(5))

  it('shows messages, mailboxes, how far it reaches, a sample and until when it is good', async () => {
    const { actionRun } = await plan()
    expect(actionRun).toMatchObject({
      state: 'planned',
      effect: 'Remove 5 messages from 3 mailboxes. Cordon cannot undo it.',
      targetsTotal: 5,
      mailboxesTotal: 3,
      mailboxesCovered: 20,
      needsApproval: false,
      expiresAt: '2026-11-22T09:00:00.000Z',
    })
    const owners = actionRun.sample.map(({ address }) => address)
    expect(owners).toHaveLength(5)
    expect(new Set(owners.slice(0, 3)).size).toBe(3)
  })

  it('is approved by whoever carries it out and confirms its number', async () => {
    const { actionRun } = await plan()
    await expect(actions.execute(ana, tenantId, actionRun.id, 4)).rejects.toThrow(refused('ACTION_CONFIRMATION_WRONG'))
    expect(started).toEqual([])
    expect(await actions.execute(ana, tenantId, actionRun.id, 5)).toMatchObject({ state: 'running' })
    expect(started).toEqual([actionRun.id])
    expect(await audited()).toEqual(['ana action-run.plan', 'ana action-run.execute'])
  })

  it('is not carried out once its connection is for something else', async () => {
    const { actionRun } = await plan()
    const connection = (await records.connections.read(tenantId, actionRun.connectionId))!
    await records.connections.change({ ...connection, settings: { uses: ['investigate'] } })
    await expect(actions.execute(ana, tenantId, actionRun.id, 5)).rejects.toMatchObject({
      code: 'CONNECTION_USE_WRONG',
      fix: expect.stringContaining('--use investigate respond'),
    })
    expect([started, await audited()]).toEqual([[], ['ana action-run.plan']])
  })

  it('needs no approval, and cannot be given one', async () => {
    const { actionRun } = await plan()
    const approval = actions.approve(ben, tenantId, actionRun.id, { confirmTargets: 5 })
    await expect(approval).rejects.toThrow(refused('ACTION_STATE_WRONG'))
  })

  it('is no longer good after a day: it expires, once, and nothing can be done with it', async () => {
    const { actionRun } = await plan()
    now += 24 * HOUR_MS
    await expect(actions.execute(ana, tenantId, actionRun.id, 5)).rejects.toThrow(refused('ACTION_PLAN_EXPIRED'))
    await expect(actions.reject(ben, tenantId, actionRun.id, { note: 'no' })).rejects.toThrow(
      refused('ACTION_PLAN_EXPIRED'),
    )
    expect((await actions.list(tenantId, { limit: 10 })).map(({ state }) => state)).toEqual(['expired'])
    expect(await audited()).toEqual(['ana action-run.plan', 'system action-run.expire'])
    expect(started).toEqual([])
  })

  it('bulk action on a filtered cluster acts on that cluster alone (Keepnet: bulk edit hit all instead)', async () => {
    const { actionRun, targets } = await plan({ targets: ['0-0', '2-0'] })
    expect(targets.map(({ ref }) => ref).toSorted()).toEqual(['0-0', '2-0'])
    expect(actionRun).toMatchObject({ targetsTotal: 2, mailboxesTotal: 2 })
    expect(actionRun.effect).toContain('2 messages from 2 mailboxes')
    await expect(actions.execute(ana, tenantId, actionRun.id, 5)).rejects.toThrow(refused('ACTION_CONFIRMATION_WRONG'))
  })

  it('names what it does in the action’s own words (Keepnet: status said “Moving to trash” for a delete)', async () => {
    const { actionRun } = await plan()
    expect(actionRun.effect).not.toMatch(/\bmov|trash|deleted items/i)
    const moved = await plan({ action: 'move-message-to-deleted-items' })
    expect(moved.actionRun.effect).toBe('Move 5 messages in 3 mailboxes to Deleted Items. Cordon can undo it.')
  })

  it('is told of once (Keepnet: double notification)', async () => {
    const { actionRun } = await plan()
    const twice = [1, 2].map(() => actions.execute(ana, tenantId, actionRun.id, 5))
    const outcomes = await Promise.allSettled(twice)
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(started).toEqual([actionRun.id])
    expect(await audited()).toEqual(['ana action-run.plan', 'ana action-run.execute'])
  })

  it('is run once it was chosen, whatever dies after the click (Keepnet: delete chosen but never ran)', async () => {
    const clock = { now: () => now }
    const dying = createActions({
      records,
      start: () => Promise.reject(new Error('Died.')),
      audit: createAudit(records, clock),
      bus: createBus(),
      clock,
      links: testLinks(clock),
      open: noMicrosoft,
    })
    const { id } = (await plan()).actionRun
    await expect(dying.execute(ana, tenantId, id, 5)).rejects.toThrow('Died.')
    expect(await records.actionRuns.unfinished()).toContainEqual({ tenantId, id })
  })

  it('keeps the text of messages to itself', async () => {
    const { actionRun, targets } = await plan()
    const before = { place: 'folder', folderId: 'inbox', body: { contentType: 'html', content: 'private' } }
    await records.actionRuns.writeTarget(tenantId, actionRun.id, { ...targets[0]!, state: 'verified', before })
    const detail = await actions.read(tenantId, actionRun.id)
    expect(detail.targets.find(({ id }) => id === targets[0]!.id)!.before).toEqual({
      place: 'folder',
      folderId: 'inbox',
    })
    expect(JSON.stringify(detail)).not.toContain('private')
  })
})

describe('a plan of many targets', () => {
  beforeEach(() => found(30))

  it('waits for four eyes: not its planner, and somebody who has seen its number', async () => {
    const { actionRun } = await plan()
    const { id } = actionRun
    expect(actionRun).toMatchObject({ needsApproval: true, targetsTotal: 30, mailboxesTotal: 15 })
    expect(actionRun.sample).toHaveLength(10)
    await expect(actions.execute(ben, tenantId, id, 30)).rejects.toThrow(refused('ACTION_APPROVAL_MISSING'))
    const approve = (user: User, confirmTargets: number) => actions.approve(user, tenantId, id, { confirmTargets })
    await expect(approve(ana, 30)).rejects.toThrow(refused('ACTION_APPROVER_SAME'))
    await expect(approve(ben, 29)).rejects.toThrow(refused('ACTION_CONFIRMATION_WRONG'))
    expect(await approve(ben, 30)).toMatchObject({ state: 'approved', decidedBy: 'ben', decidedAt: isoTime(now) })
    await expect(approve(ben, 30)).rejects.toThrow(refused('ACTION_STATE_WRONG'))
    expect(started).toEqual([])
    expect(await actions.execute(ana, tenantId, id, 30)).toMatchObject({ state: 'running', decidedBy: 'ben' })
    expect(await audited()).toEqual(['ana action-run.plan', 'ben action-run.approve', 'ana action-run.execute'])
  })

  describe('with a link for its approver', () => {
    const link = async (id: string) => (await actions.approvalLink(ana, tenantId, id)).proof
    const approveBy = (proof: string, id: string, confirmTargets = 30) =>
      actions.approve(ben, tenantId, id, { confirmTargets, proof })

    it('is approved as its planner saw it, which the audit log says', async () => {
      const { id, expiresAt } = (await plan()).actionRun
      expect(await actions.approvalLink(ana, tenantId, id)).toMatchObject({ expiresAt })
      expect(await approveBy(await link(id), id)).toMatchObject({ state: 'approved', decidedBy: 'ben' })
      const [entry] = await records.audit.list(tenantId, 1)
      expect(entry).toMatchObject({ actor: 'ben', action: 'action-run.approve', detail: { id, linkMadeBy: 'ana' } })
    })

    it('is refused once anything of the plan is different', async () => {
      const { actionRun, targets } = await plan()
      const proof = await link(actionRun.id)
      const spared = { ...targets[0]!, state: 'protected', reason: 'It is somebody’s.' } as const
      await records.actionRuns.writeTarget(tenantId, actionRun.id, spared)
      await expect(approveBy(proof, actionRun.id, 29)).rejects.toMatchObject({
        code: 'ACTION_PLAN_CHANGED',
        why: expect.stringContaining('ana'),
      })
      expect(await approveBy(await link(actionRun.id), actionRun.id, 29)).toMatchObject({ state: 'approved' })
    })

    it('is refused with the plan’s own reason when the plan has expired, and with the link', async () => {
      const { id } = (await plan()).actionRun
      const proof = await link(id)
      now += 24 * HOUR_MS
      await expect(approveBy(proof, id)).rejects.toThrow(refused('ACTION_PLAN_EXPIRED'))
      await expect(link(id)).rejects.toThrow(refused('ACTION_PLAN_EXPIRED'))
    })
  })

  it('is over when somebody rejects it, approved or not', async () => {
    for (const approvedBefore of [false, true]) {
      const { id } = (await plan()).actionRun
      if (approvedBefore) await actions.approve(ben, tenantId, id, { confirmTargets: 30 })
      const rejected = await actions.reject(ana, tenantId, id, { note: 'A false alarm.' })
      expect(rejected).toMatchObject({ state: 'rejected', decidedBy: 'ana', decisionNote: 'A false alarm.' })
      await expect(actions.execute(ana, tenantId, id, 30)).rejects.toThrow(refused('ACTION_STATE_WRONG'))
      await expect(actions.approve(ben, tenantId, id, { confirmTargets: 30 })).rejects.toThrow(
        refused('ACTION_STATE_WRONG'),
      )
    }
    expect(started).toEqual([])
  })

  it('expires although it was approved', async () => {
    const { id } = (await plan()).actionRun
    now += 23 * HOUR_MS
    await actions.approve(ben, tenantId, id, { confirmTargets: 30 })
    now += HOUR_MS
    await expect(actions.execute(ana, tenantId, id, 30)).rejects.toThrow(refused('ACTION_PLAN_EXPIRED'))
    expect((await actions.read(tenantId, id)).actionRun.state).toBe('expired')
  })

  it('needs nobody as a shadow, which changes nothing', async () => {
    const { actionRun } = await plan({ shadow: true })
    expect(actionRun).toMatchObject({ needsApproval: false, shadow: true, reversible: false })
    expect(actionRun.effect).toBe('Look whether Cordon could remove 30 messages from 15 mailboxes. Nothing is changed.')
    await actions.execute(ana, tenantId, actionRun.id, 30)
    expect(started).toEqual([actionRun.id])
  })
})

describe('a cloud where Microsoft does not offer an action', () => {
  it('is told in the choice, and refused with the reason and what else there is', async () => {
    await found(1, 'gcc-high')
    const choice = actions.catalog().find(({ id }) => id === 'delete-message')!
    expect(choice.notOfferedIn!.clouds).toEqual(['gcc-high', 'dod', 'china'])
    const why = 'Microsoft Graph has no permanentDelete for messages in this cloud.'
    const refusal = expect.objectContaining({ code: 'ACTION_NOT_OFFERED', why })
    await expect(plan()).rejects.toThrow(refusal)
    await expect(plan()).rejects.toThrow(
      expect.objectContaining({ fix: expect.stringContaining('soft-delete-message') }),
    )
    await expect(plan({ action: 'soft-delete-message' })).resolves.toBeDefined()
  })
})
