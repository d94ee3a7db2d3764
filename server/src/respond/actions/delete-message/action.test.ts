import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun } from '#respond/runner.ts'
import { openStage, type Stage } from '#respond/testing/stage.ts'
import { testAction } from '#respond/testing/test-action.ts'

import { deleteMessage } from './action.ts'

testAction(deleteMessage, { wanted: 'Purges', path: '/permanentDelete$' })

const copy = { id: 'AAkALgCopy', folderId: 'inbox' }
const inbox = { place: 'folder', folderId: 'inbox', folderName: 'Inbox', copies: [] } as const

it('does not take a message that left under a new id for one that is gone', () => {
  const gone = { place: 'gone', copies: [copy] } as const
  expect(deleteMessage.settled(gone as never)).toMatchObject({ state: 'moved-by-user' })
  expect(deleteMessage.verify(inbox as never, gone as never).is).toBe('elsewhere')
  expect(deleteMessage.verify({ ...inbox, copies: [copy] }, gone as never).is).toBe('wanted')
})

it('still has to delete what the user can recover', () => {
  for (const place of ['deleted-items', 'recoverable-items'] as const) {
    expect(deleteMessage.settled({ place, copies: [] })).toBeUndefined()
    expect(deleteMessage.verify({ ...inbox, copies: [] }, { place, copies: [] }).is).toBe('unchanged')
  }
})

describe('in bad weather', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.close())

  it.each([1, 2, 3])('removes every copy and says so of each, with faults drawn from seed %i', async (seed) => {
    await stage.reset()
    const batch = { method: 'POST', path: '/\\$batch$', seed }
    const part = { path: '/v1.0/users/', seed }
    const body = {
      error: { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' },
    }
    await stage.strike({ match: { ...batch, probability: 0.05 }, do: { dropAfterCommit: true } })
    await stage.strike({ match: { ...batch, probability: 0.05 }, do: { reset: true } })
    await stage.strike({ match: { ...batch, probability: 0.05 }, do: { truncate: true } })
    await stage.strike({
      match: { ...part, probability: 0.1 },
      do: { status: 429, headers: { 'Retry-After': '1' }, body },
    })
    await stage.strike({ match: { ...part, probability: 0.05 }, do: { status: 503 } })
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const plan = {
      records,
      clock,
      tenantId,
      action: 'delete-message',
      investigationId,
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    const { id } = (await planActionRun(plan)).actionRun
    const ended = await executeActionRun({ records, clock, tenantId, microsoft, id })
    expect(await stage.struck()).toBeGreaterThan(0)
    expect(ended).toMatchObject({ state: 'done', targetsByState: { verified: 23 } })
    const places = await Promise.all(stage.hits.map((hit) => stage.placeOf(hit)))
    expect(new Set(places)).toEqual(new Set(['Purges']))
  })

  it.each([
    ['deleted', 404, 'ErrorInvalidUser', 'The requested user is invalid.'],
    [
      'without a license',
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or on-premise.',
    ],
  ])('says not-reachable, and why, of a user who is %s in the middle of it', async (_, status, code, message) => {
    await stage.reset()
    const [hit] = stage.hits
    const path = `/users/${hit!.userId}/`
    await stage.strike({ match: { path }, do: { status, body: { error: { code, message } } } })
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const plan = {
      records,
      clock,
      tenantId,
      action: 'delete-message',
      investigationId,
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    const { id } = (await planActionRun(plan)).actionRun
    const ended = await executeActionRun({ records, clock, tenantId, microsoft, id })
    expect(ended).toMatchObject({ state: 'partly', targetsByState: { 'not-reachable': 1, verified: 22 } })
    const left = (await records.actionRuns.targets(tenantId, id)).find(({ state }) => state === 'not-reachable')
    expect(left!.reason).toContain(code)
  })

  it('does not call a copy failed because a repeated deletion is refused and the line then breaks', async () => {
    await stage.reset()
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const plan = {
      records,
      clock,
      tenantId,
      action: 'delete-message',
      investigationId,
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    const { id } = (await planActionRun(plan)).actionRun
    const [hit] = stage.hits
    const breaking = breaksAfter(microsoft, `/users/${hit!.userId}/`, '/permanentDelete')
    await stage.strike({
      match: { path: `/users/${hit!.userId}/messages/[^/]+/permanentDelete`, times: 1 },
      do: { status: 400, body: { error: { code: 'ErrorCannotDeleteObject', message: 'Object cannot be deleted.' } } },
    })
    await executeActionRun({ records, clock, tenantId, microsoft: breaking, id })
    const left = (await records.actionRuns.targets(tenantId, id)).find(({ ref }) => ref === hit!.id)
    expect(left).toMatchObject({ state: 'not-reachable', reason: expect.stringContaining('did not answer') })
  })

  it('removes a message of a user who was renamed in the middle of it', async () => {
    await stage.reset()
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const plan = {
      records,
      clock,
      tenantId,
      action: 'delete-message',
      investigationId,
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    const { id } = (await planActionRun(plan)).actionRun
    const names = stage.hits.map(({ userPrincipalName }) => userPrincipalName)
    for (const name of names) {
      await stage.strike({ match: { path: name.replace('@', '(@|%40)') }, do: { status: 404 } })
    }
    expect(await executeActionRun({ records, clock, tenantId, microsoft, id })).toMatchObject({ state: 'done' })
    expect(await stage.struck()).toBe(0)
  })
})

/** A line that breaks for one mailbox once something was asked of it. */
function breaksAfter(microsoft: Microsoft, mailbox: string, asked: string): Microsoft {
  let broken = false
  return {
    ...microsoft,
    async batch(parts, signal) {
      const mine = parts.some(({ url }) => url.startsWith(mailbox))
      if (mine && broken) {
        throw new AppError({
          code: 'CONNECT_UNREACHABLE',
          what: 'Could not read the mailbox.',
          why: 'The host did not answer (ECONNRESET).',
          fix: 'Check the network.',
          retry: 'backoff',
        })
      }
      broken ||= mine && parts.some(({ url }) => url.includes(asked))
      return microsoft.batch(parts, signal)
    },
  }
}
