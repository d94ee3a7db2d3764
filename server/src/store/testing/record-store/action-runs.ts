import { expect, it } from 'vitest'

import type { ActionTarget } from '#domain/action-run.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'
import { actionRun, at, freshTenant, target } from './samples.ts'

export const actionRunContract: Contract = (store) => {
  it('writes a run with its targets and counts them by state', async () => {
    const tenantId = freshTenant()
    const written = actionRun(tenantId)
    await store().actionRuns.create(written, [target('1'), target('2', { before: { folderId: 'inbox' } })])
    const expected = { ...written, targetsByState: { planned: 2 } }
    expect(await store().actionRuns.read(tenantId, written.id)).toEqual(expected)
    expect(await store().actionRuns.list(tenantId, { limit: 10 })).toEqual([expected])
    expect(await store().actionRuns.targets(tenantId, written.id)).toEqual([
      target('1'),
      target('2', { before: { folderId: 'inbox' } }),
    ])
  })

  it('lists the runs of one investigation, newest first', async () => {
    const tenantId = freshTenant()
    const runs = [1, 2, 3].map((minute) =>
      actionRun(tenantId, { createdAt: at(minute), investigationId: minute === 2 ? 'other' : 'mine' }),
    )
    for (const run of runs) await store().actionRuns.create(run, [])
    const listed = await store().actionRuns.list(tenantId, { investigationId: 'mine', limit: 10 })
    expect(listed.map((run) => run.id)).toEqual([runs[2]!.id, runs[0]!.id])
  })

  it('lists the runs on one target, of its kind and its tenant', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    const run = (tenant: typeof tenantId, targetKind: 'user' | 'message') => actionRun(tenant, { targetKind })
    const [mine, another, message, elsewhere] = [
      run(tenantId, 'user'),
      run(tenantId, 'user'),
      run(tenantId, 'message'),
      run(other, 'user'),
    ]
    await store().actionRuns.create(mine, [target('1', { objectId: 'ana' }), target('2', { objectId: 'ben' })])
    await store().actionRuns.create(another, [target('3', { objectId: 'ben' })])
    await store().actionRuns.create(message, [target('4', { objectId: 'ana' })])
    await store().actionRuns.create(elsewhere, [target('5', { objectId: 'ana' })])
    const listed = await store().actionRuns.list(tenantId, { target: { kind: 'user', objectId: 'ana' }, limit: 10 })
    expect(listed.map(({ id }) => id)).toEqual([mine.id])
  })

  it('keeps the journal of a target: its newest state alone', async () => {
    const tenantId = freshTenant()
    const run = actionRun(tenantId)
    await store().actionRuns.create(run, [target('1'), target('2')])
    const intended = target('1', { state: 'intended', before: { folderName: 'Inbox' }, updatedAt: at(1) })
    await store().actionRuns.writeTarget(tenantId, run.id, intended)
    const failed = target('1', { state: 'failed', reason: 'ErrorAccessDenied', updatedAt: at(2) })
    await store().actionRuns.writeTarget(tenantId, run.id, { ...failed, before: { folderName: 'Inbox' } })
    expect(await store().actionRuns.targets(tenantId, run.id)).toEqual([
      { ...failed, before: { folderName: 'Inbox' } },
      target('2'),
    ])
    const read = await store().actionRuns.read(tenantId, run.id)
    expect(read?.targetsByState).toEqual({ failed: 1, planned: 1 })
  })

  it('keeps a plan’s settings and sample, and who decided what about it', async () => {
    const tenantId = freshTenant()
    const options = { category: 'Phishing', banner: true }
    const sample = [{ address: 'ana@fabrikam.example', name: 'Sie haben \0 gewonnen 🎉' }]
    const run = actionRun(tenantId, { options, sample, shadow: true, needsApproval: true, mailboxesCovered: 50_000 })
    await store().actionRuns.create(run, [])
    const decision = { decidedBy: 'ben', decidedAt: at(5), decisionNote: 'Seen.' }
    await store().actionRuns.transition(tenantId, run.id, ['planned'], { state: 'approved', ...decision })
    expect(await store().actionRuns.read(tenantId, run.id)).toEqual({
      ...run,
      ...decision,
      state: 'approved',
      sample: [{ ...sample[0], name: 'Sie haben \uFFFD gewonnen 🎉' }],
    })
  })

  it('finds what the newest run found in an ordinary folder before it changed a message', async () => {
    const tenantId = freshTenant()
    const found = async (minute: number, folderId: string, change: Partial<ActionTarget> = {}) => {
      const run = actionRun(tenantId)
      const before = { place: 'folder', folderId }
      const journaled = target('m', { state: 'verified', before, updatedAt: at(minute), ...change })
      await store().actionRuns.create(run, [journaled])
    }
    await found(1, 'inbox')
    await found(3, 'projects')
    await found(2, 'archive')
    await found(5, 'reverted', { state: 'reverted' })
    await found(6, 'trash', { before: { place: 'deleted-items', folderId: 'trash' } })
    await found(7, 'other', { objectId: 'message-other' })
    const earlier = await store().actionRuns.earlier(tenantId, ['message-m', 'message-unknown'])
    expect([...earlier]).toEqual([['message-m', { place: 'folder', folderId: 'projects' }]])
    expect(await store().actionRuns.earlier(freshTenant(), ['message-m'])).toEqual(new Map())
  })

  it('keeps a run that is on users, and so has neither investigation nor mailboxes', async () => {
    const tenantId = freshTenant()
    const { investigationId: _, mailboxesTotal: __, ...run } = actionRun(tenantId, { targetKind: 'user' })
    const refused = target('1', { state: 'protected', reason: 'It is a break-glass account.' })
    await store().actionRuns.create(run, [refused, target('2')])
    const expected = { ...run, targetsByState: { protected: 1, planned: 1 } }
    expect(await store().actionRuns.read(tenantId, run.id)).toEqual(expected)
    expect(await store().actionRuns.list(tenantId, { limit: 10 })).toEqual([expected])
    expect(await store().actionRuns.targets(tenantId, run.id)).toEqual([refused, target('2')])
  })

  it('writes the run and its targets together or not at all', async () => {
    const tenantId = freshTenant()
    const run = actionRun(tenantId)
    const broken = { ...target('2'), updatedAt: 'not a time' }
    await expect(store().actionRuns.create(run, [target('1'), broken])).rejects.toMatchObject({
      code: 'STORE_REQUEST_REFUSED',
    })
    expect(await store().actionRuns.read(tenantId, run.id)).toBeUndefined()
  })

  it('changes state only from a state that was named, for one of several that try', async () => {
    const tenantId = freshTenant()
    const run = actionRun(tenantId)
    await store().actionRuns.create(run, [])
    const start = () =>
      store().actionRuns.transition(tenantId, run.id, ['planned'], { state: 'running', startedAt: at(1) })
    expect((await Promise.all([start(), start(), start()])).filter(Boolean)).toHaveLength(1)
    expect(await store().actionRuns.transition(tenantId, run.id, ['planned'], { state: 'done' })).toBe(false)
    expect(await store().actionRuns.read(tenantId, run.id)).toMatchObject({ state: 'running', startedAt: at(1) })
  })

  it('takes 20,000 targets', { timeout: 120_000 }, async () => {
    const tenantId = freshTenant()
    const run = actionRun(tenantId, { targetsTotal: 20_000 })
    const targets = Array.from({ length: 20_000 }, (_, number) => target(`target ${number}`))
    await store().actionRuns.create(run, targets)
    expect((await store().actionRuns.read(tenantId, run.id))?.targetsByState).toEqual({ planned: 20_000 })
  })

  it('names the unfinished over all tenants', async () => {
    const states = ['running', 'reverting', 'planned', 'approved', 'rejected', 'expired', 'done'] as const
    const made = states.map((state) => actionRun(freshTenant(), { state }))
    for (const run of made) await store().actionRuns.create(run, [])
    const ids = new Set((await store().actionRuns.unfinished()).map(({ id }) => id))
    expect(made.filter(({ id }) => ids.has(id)).map(({ state }) => state)).toEqual(['running', 'reverting'])
  })

  it('shows and changes nothing of another tenant', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    const run = actionRun(tenantId)
    await store().actionRuns.create(run, [target('1')])
    expect(await store().actionRuns.transition(other, run.id, ['planned'], { state: 'running' })).toBe(false)
    expect(await store().actionRuns.read(other, run.id)).toBeUndefined()
    expect(await store().actionRuns.list(other, { limit: 10 })).toEqual([])
    expect(await store().actionRuns.targets(other, run.id)).toEqual([])
    await expect(store().actionRuns.writeTarget(other, run.id, target('1'))).rejects.toThrow('PostgreSQL refused')
    expect(await store().actionRuns.targets(tenantId, run.id)).toEqual([target('1')])
  })
}
