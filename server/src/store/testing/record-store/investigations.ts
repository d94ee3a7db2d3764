import { expect, it } from 'vitest'

import { isoTime, systemClock } from '#domain/clock.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'
import { actionRun, at, freshTenant, hit, investigation, mailbox, target } from './samples.ts'

export const investigationContract: Contract = (store) => {
  it('gives an investigation back as it was written', async () => {
    const tenantId = freshTenant()
    const written = investigation(tenantId, { targets: { kind: 'users', users: ['ana@fabrikam.example'] } })
    await store().investigations.create(written)
    expect(await store().investigations.read(tenantId, written.id)).toEqual(written)
    expect(await store().investigations.list(tenantId, 10)).toEqual([written])
  })

  it('changes state only from a state that was named', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    const start = () =>
      store().investigations.transition(tenantId, id, ['queued'], { state: 'running', startedAt: at(1) })
    const outcomes = await Promise.all([start(), start(), start()])
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    const failed = { state: 'failed', failure: 'No token.', endedAt: at(2) } as const
    expect(await store().investigations.transition(tenantId, id, ['queued', 'stopping'], failed)).toBe(false)
    expect(await store().investigations.transition(tenantId, id, ['running'], failed)).toBe(true)
    expect(await store().investigations.read(tenantId, id)).toMatchObject({ ...failed, startedAt: at(1) })
  })

  it('adds mailboxes once and leaves those that are there as they are', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    await store().investigations.addMailboxes(tenantId, id, 0, [mailbox(1), mailbox(2)])
    const searched = mailbox(1, { state: 'searched', hits: 1, searchedAt: at(3) })
    await store().investigations.commitMailbox(tenantId, id, searched, [hit('a')])
    await store().investigations.addMailboxes(tenantId, id, 0, [mailbox(1), mailbox(2), mailbox(3)])
    expect(await store().investigations.mailboxes(tenantId, id)).toEqual([searched, mailbox(2), mailbox(3)])
    expect(await store().investigations.mailboxes(tenantId, id, { state: 'waiting' })).toHaveLength(2)
    expect(await store().investigations.read(tenantId, id)).toMatchObject({ mailboxesTotal: 3, mailboxesDone: 1 })
  })

  it('adds no mailbox to what is over or to be stopped, and says so', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    const { addMailboxes, create, read, transition } = store().investigations
    await create(investigation(tenantId, { id }))
    expect(await addMailboxes(tenantId, id, 0, [mailbox(1)])).toBe(true)
    await transition(tenantId, id, ['queued'], { state: 'stopping' })
    expect(await addMailboxes(tenantId, id, 1, [mailbox(2)])).toBe(false)
    await transition(tenantId, id, ['stopping'], { state: 'stopped', endedAt: at(2) })
    expect(await addMailboxes(tenantId, id, 1, [mailbox(2)])).toBe(false)
    expect(await read(tenantId, id)).toMatchObject({ mailboxesTotal: 1, mailboxesDone: 0 })
  })

  it('leaves no mailbox waiting when it is stopped while they are added', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    const { addMailboxes, create, mailboxes, read, skipWaiting, transition } = store().investigations
    await create(investigation(tenantId, { id }))
    const stop = async () => {
      await transition(tenantId, id, ['queued'], { state: 'stopping' })
      await skipWaiting(tenantId, id, 'Stopped.')
    }
    const add = (n: number) => addMailboxes(tenantId, id, n, [mailbox(3 * n), mailbox(3 * n + 1), mailbox(3 * n + 2)])
    const added = await Promise.all(
      [0, 1, 2, 3].map(add).concat(
        stop().then(() => false),
        [4, 5, 6].map(add),
      ),
    )
    expect(await mailboxes(tenantId, id, { state: 'waiting' })).toEqual([])
    const total = 3 * added.filter(Boolean).length
    expect(await read(tenantId, id)).toMatchObject({ mailboxesTotal: total, mailboxesDone: total })
  })

  it('tells of each day what was found and what became of it', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    await store().investigations.addMailboxes(tenantId, id, 0, [mailbox(1)])
    const before = isoTime(systemClock.now()).slice(0, 10)
    const searched = mailbox(1, { state: 'searched', hits: 2, searchedAt: at(3) })
    await store().investigations.commitMailbox(tenantId, id, searched, [hit('a'), hit('b')])
    const run = actionRun(tenantId, { investigationId: id })
    const done = target('a', { state: 'verified', updatedAt: '2026-11-01T23:59:59.000Z' })
    const failed = target('b', { state: 'failed', updatedAt: '2026-11-02T00:00:00.000Z' })
    await store().actionRuns.create(run, [done, failed])
    const days = await store().investigations.days(tenantId, id, 10)
    expect(days).toMatchObject([
      { found: 2, mailboxes: 1, settled: 0, unsettled: 0 },
      { day: '2026-11-02', found: 0, settled: 0, unsettled: 1 },
      { day: '2026-11-01', found: 0, settled: 1, unsettled: 0 },
    ])
    expect([before, isoTime(systemClock.now()).slice(0, 10)]).toContain(days[0]!.day)
    expect(await store().investigations.days(freshTenant(), id, 10)).toEqual([])
  })

  it('commits a mailbox with its hits; repeating it changes nothing', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    await store().investigations.addMailboxes(tenantId, id, 0, [mailbox(1), mailbox(2), mailbox(3)])
    const outcomes = [
      { mailbox: mailbox(1, { state: 'searched', hits: 2, searchedAt: at(3) }), hits: [hit('a'), hit('b')] },
      { mailbox: mailbox(2, { state: 'failed', reason: 'ErrorItemNotFound', searchedAt: at(4) }), hits: [] },
    ]
    const commitAll = () =>
      Promise.all(outcomes.map((end) => store().investigations.commitMailbox(tenantId, id, end.mailbox, end.hits)))
    await commitAll()
    const before = await store().investigations.read(tenantId, id)
    expect(before).toMatchObject({ mailboxesTotal: 3, mailboxesDone: 2, mailboxesFailed: 1, hits: 2 })
    await Promise.all([commitAll(), commitAll()])
    expect(await store().investigations.read(tenantId, id)).toEqual(before)
    expect(await store().investigations.hits(tenantId, id)).toEqual([hit('a'), hit('b')])
  })

  it('lets a failed mailbox become a searched one when it is tried again', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    await store().investigations.addMailboxes(tenantId, id, 0, [mailbox(1)])
    await store().investigations.commitMailbox(tenantId, id, mailbox(1, { state: 'failed', reason: '503' }), [])
    const searched = mailbox(1, { state: 'searched', hits: 1 })
    await store().investigations.commitMailbox(tenantId, id, searched, [hit('a')])
    expect(await store().investigations.mailboxes(tenantId, id)).toEqual([searched])
    expect(await store().investigations.read(tenantId, id)).toMatchObject({
      mailboxesDone: 1,
      mailboxesFailed: 0,
      hits: 1,
    })
  })

  it('shows each hit with the newest action on it, newest mail first', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    const hits = [hit('a', { receivedAt: at(1) }), hit('b', { receivedAt: at(2) })]
    await store().investigations.commitMailbox(tenantId, id, mailbox(1, { state: 'searched', hits: 2 }), hits)
    const runs = [
      actionRun(tenantId, { investigationId: id, createdAt: at(1) }),
      actionRun(tenantId, { investigationId: id, createdAt: at(2) }),
    ]
    await store().actionRuns.create(runs[1]!, [target('t', { ref: 'a', state: 'verified' })])
    await store().actionRuns.create(runs[0]!, [target('t', { ref: 'a', state: 'failed' })])
    expect(await store().investigations.hits(tenantId, id)).toEqual([
      hits[1],
      { ...hits[0], lastAction: { actionRunId: runs[1]!.id, state: 'verified' } },
    ])
  })

  it('keeps subjects that PostgreSQL’s text cannot hold, with U+FFFD for what it cannot', async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    await store().investigations.create(investigation(tenantId, { id }))
    const odd = hit('a', { subject: 'nul \0 half \ud83d emoji 🙂 quote " slash \\u0000' })
    await store().investigations.commitMailbox(tenantId, id, mailbox(1, { state: 'searched' }), [odd])
    expect((await store().investigations.hits(tenantId, id))[0]?.subject).toBe(
      'nul \ufffd half \ufffd emoji 🙂 quote " slash \\u0000',
    )
  })

  it('takes 20,000 mailboxes and as many hits in one', { timeout: 120_000 }, async () => {
    const tenantId = freshTenant()
    const { id } = investigation(tenantId)
    const many = Array.from({ length: 20_000 }, (_, number) => number)
    await store().investigations.create(investigation(tenantId, { id }))
    await store().investigations.addMailboxes(
      tenantId,
      id,
      0,
      many.map((number) => mailbox(number)),
    )
    const all = many.map((number) => hit(`hit ${number}`))
    await store().investigations.commitMailbox(tenantId, id, mailbox(1, { state: 'searched', hits: all.length }), all)
    expect(await store().investigations.read(tenantId, id)).toMatchObject({ mailboxesTotal: 20_000, hits: 20_000 })
    expect(await store().investigations.hits(tenantId, id)).toHaveLength(20_000)
  })

  it('names the unfinished over all tenants', async () => {
    const states = ['queued', 'running', 'stopping', 'stopped', 'done', 'failed'] as const
    const made = states.map((state) => investigation(freshTenant(), { state }))
    for (const one of made) await store().investigations.create(one)
    const ids = new Set((await store().investigations.unfinished()).map(({ id }) => id))
    expect(made.filter(({ id }) => ids.has(id)).map(({ state }) => state)).toEqual(states.slice(0, 3))
  })

  it('shows and changes nothing of another tenant', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    const written = investigation(tenantId)
    await store().investigations.create(written)
    await store().investigations.commitMailbox(tenantId, written.id, mailbox(1, { state: 'searched' }), [hit('a')])
    const transition = { state: 'running' } as const
    expect(await store().investigations.transition(other, written.id, ['queued'], transition)).toBe(false)
    expect(await store().investigations.read(other, written.id)).toBeUndefined()
    expect(await store().investigations.list(other, 10)).toEqual([])
    expect(await store().investigations.mailboxes(other, written.id)).toEqual([])
    expect(await store().investigations.hits(other, written.id)).toEqual([])
  })
}
