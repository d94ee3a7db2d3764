import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { isoTime } from '#domain/clock.ts'
import type { TenantId } from '#domain/ids.ts'
import type { User } from '#domain/user.ts'
import { freshTenant, hit, investigation, mailbox } from '#store/testing/record-store/samples.ts'
import { openTemporaryRecords } from '#store/testing/temporary-records.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type Actions, createActions } from './actions.ts'
import { createAudit } from './audit.ts'
import { createBus, type News } from './bus.ts'
import { createSafeguards, type Safeguards } from './safeguards.ts'
import { testLinks } from './testing/test-links.ts'

const NOW = Date.parse('2026-11-21T09:00:00Z')
const clock = { now: () => NOW }
const person = (name: string): User => ({ id: name, name, role: 'administrator', createdAt: isoTime(0) })
const [ana, eva] = [person('ana'), person('eva')]
const refused = (code: string) => expect.objectContaining({ code })

let records: RecordStore
beforeAll(async () => {
  records = await openTemporaryRecords()
})
afterAll(() => records.close())

let tenantId: TenantId
let investigationId: string
let actions: Actions
let safeguards: Safeguards
let started: string[]
let takenUp: (TenantId | undefined)[]
let news: News[]

beforeEach(async () => {
  tenantId = freshTenant()
  started = []
  takenUp = []
  news = []
  const audit = createAudit(records, clock)
  const bus = createBus()
  bus.subscribe(tenantId, (each) => news.push(each))
  const start = async ({ id }: { id: string }) => void started.push(id)
  const open = () => Promise.reject(new Error('Microsoft was asked.'))
  actions = createActions({ records, start, audit, bus, clock, links: testLinks(clock), open })
  safeguards = createSafeguards({ records, audit, bus, clock, takeUp: async (id) => void takenUp.push(id) })

  const connectionId = `connection of ${tenantId}`
  await records.tenants.ensure(tenantId, 'Here')
  await records.connections.create(
    {
      id: connectionId,
      tenantId,
      name: 'Here',
      cloud: 'worldwide',
      clientId: 'client',
      feeds: [],
      settings: {},
      credentialKind: 'secret',
      createdAt: isoTime(NOW),
    },
    { kind: 'secret', secret: 'x' },
  )
  const written = investigation(tenantId, { state: 'done', connectionId })
  investigationId = written.id
  await records.investigations.create(written)
  const { userId, userPrincipalName } = mailbox(0)
  const searched = mailbox(0, { state: 'searched', hits: 1 })
  await records.investigations.commitMailbox(tenantId, written.id, searched, [hit('0', { userId, userPrincipalName })])
})

const plan = async (more: { shadow?: boolean; action?: string } = {}) =>
  (await actions.plan(ana, tenantId, { action: 'move-message-to-deleted-items', investigationId, ...more })).actionRun
const audited = async () =>
  (await records.audit.list(tenantId, 100)).map(({ actor, action }) => `${actor} ${action}`).toReversed()

describe('a stop of all acting', () => {
  it('lets plans be made and nothing begin, says who and why, and is lifted once', async () => {
    await safeguards.stop(eva, tenantId, 'The list is wrong.')
    const { id } = await plan()
    await expect(actions.execute(ana, tenantId, id, 1)).rejects.toThrow(
      expect.objectContaining({
        code: 'ACTION_ACTING_STOPPED',
        why: 'eva stopped all acting in this tenant at 2026-11-21T09:00:00.000Z: The list is wrong.',
      }),
    )
    await expect(safeguards.stop(ana, tenantId, 'Again.')).rejects.toThrow(refused('ACTION_STOP_WRONG'))
    expect([started, takenUp]).toEqual([[], []])

    await safeguards.resume(eva, tenantId)
    await expect(safeguards.resume(eva, tenantId)).rejects.toThrow(refused('ACTION_STOP_WRONG'))
    expect(await actions.execute(ana, tenantId, id, 1)).toMatchObject({ state: 'running' })
    expect([started, takenUp]).toEqual([[id], [tenantId]])
    const acts = ['eva acting.stop', 'ana action-run.plan', 'eva acting.resume', 'ana action-run.execute']
    expect(await audited()).toEqual(acts)
    const stops = news.flatMap((each) => (each.kind === 'safeguards' ? [each.safeguards.stops.length] : []))
    expect(stops).toEqual([1, 0])
  })

  it('of the installation holds every tenant, whatever is lifted in one', async () => {
    await safeguards.stop(eva, undefined, 'A key was stolen.')
    await expect(safeguards.resume(eva, tenantId)).rejects.toThrow(refused('ACTION_STOP_WRONG'))
    const { id } = await plan()
    await expect(actions.execute(ana, tenantId, id, 1)).rejects.toThrow(refused('ACTION_ACTING_STOPPED'))
    await safeguards.resume(eva, undefined)
    expect(takenUp).toEqual([undefined])
    await actions.execute(ana, tenantId, id, 1)
  })

  it('holds an undo, and no shadow run', async () => {
    const { id } = await plan()
    await records.actionRuns.transition(tenantId, id, ['planned'], { state: 'done' })
    const shadow = await plan({ shadow: true })
    await safeguards.stop(eva, tenantId, 'The list is wrong.')
    await expect(actions.revert(ana, tenantId, id)).rejects.toThrow(refused('ACTION_ACTING_STOPPED'))
    expect(await actions.execute(ana, tenantId, shadow.id, 1)).toMatchObject({ state: 'running' })
  })
})

describe('an action that the tenant lets run as shadow only', () => {
  it('is planned as a shadow run whatever was asked for, and the plan says why', async () => {
    await safeguards.setShadowActions(eva, tenantId, ['move-message-to-deleted-items'])
    expect(await plan()).toMatchObject({
      shadow: true,
      reversible: false,
      effect: expect.stringMatching(/Nothing is changed: this tenant lets this action run as shadow only\.$/) as string,
    })
    expect(await plan({ action: 'delete-message' })).toMatchObject({ shadow: false })
    await safeguards.setShadowActions(eva, tenantId, ['*'])
    expect(await plan({ action: 'delete-message' })).toMatchObject({ shadow: true })
    expect(await audited()).toContain('eva shadow-actions.set')
  })

  it('is not carried out from a plan that was made before', async () => {
    const { id } = await plan()
    await safeguards.setShadowActions(eva, tenantId, ['*'])
    await expect(actions.execute(ana, tenantId, id, 1)).rejects.toThrow(refused('ACTION_SHADOW_ONLY'))
    await safeguards.setShadowActions(eva, tenantId, [])
    expect(await actions.execute(ana, tenantId, id, 1)).toMatchObject({ state: 'running' })
  })

  it('has to exist', async () => {
    await expect(safeguards.setShadowActions(eva, tenantId, ['delete-everything'])).rejects.toThrow(
      refused('REQUEST_INVALID'),
    )
    expect((await safeguards.read(tenantId)).shadowActions).toEqual([])
  })
})
