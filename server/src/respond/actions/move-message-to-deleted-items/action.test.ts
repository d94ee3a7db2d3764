import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { MessageState } from '#respond/message-state.ts'
import { planActionRun } from '#respond/plan.ts'
import { executeActionRun } from '#respond/runner.ts'
import { openStage, type Stage } from '#respond/testing/stage.ts'
import { testAction } from '#respond/testing/test-action.ts'

import { moveMessageToDeletedItems } from './action.ts'

testAction(moveMessageToDeletedItems, { wanted: 'Deleted Items', path: '/move$' })

const state = (place: MessageState['place'], folderId?: string): MessageState => ({
  place,
  ...(folderId !== undefined && { folderId, folderName: folderId }),
  copies: [],
})
const { settled, verify, revert } = moveMessageToDeletedItems

it('has nothing to do where the user has deleted the message already', () => {
  for (const place of ['deleted-items', 'recoverable-items', 'gone'] as const) {
    expect(settled(state(place))).toMatchObject({ state: 'already-gone' })
  }
  expect(settled({ ...state('gone'), copies: [{ id: 'new', folderId: 'inbox' }] })).toMatchObject({
    state: 'moved-by-user',
  })
  expect(settled(state('folder', 'inbox'))).toBeUndefined()
})

it('tells what the user did in between from what Cordon did', () => {
  const before = state('folder', 'inbox')
  expect(verify(before, state('deleted-items', 'trash')).is).toBe('wanted')
  expect(verify(before, state('folder', 'inbox')).is).toBe('unchanged')
  expect(verify(before, state('folder', 'archive')).is).toBe('elsewhere')
  expect(verify(before, state('gone')).is).toBe('elsewhere')
})

it('is taken back only when the message is in its old folder', () => {
  const before = state('folder', 'inbox')
  expect(revert!.verify(before, state('folder', 'inbox')).is).toBe('wanted')
  expect(revert!.verify(before, state('deleted-items', 'trash')).is).toBe('unchanged')
  expect(revert!.verify(before, state('folder', 'archive')).is).toBe('elsewhere')
  expect(revert!.verify(before, state('recoverable-items', 'deletions')).is).toBe('elsewhere')
})

describe('a reading that is a moment old', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.close())

  it('is not taken for a failure', async () => {
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const [hit] = stage.hits
    const old = { id: hit!.messageId, parentFolderId: hit!.folderId, internetMessageId: hit!.internetMessageId }
    const path = `/messages/${encodeURIComponent(hit!.messageId)}\\?`
    await stage.strike({ match: { method: 'GET', path, nth: 2 }, do: { status: 200, body: old } })
    const plan = {
      records,
      clock,
      tenantId,
      investigationId,
      targets: [hit!.id],
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    const { id } = (await planActionRun({ ...plan, action: 'move-message-to-deleted-items' })).actionRun
    const run = { records, clock, tenantId, microsoft, id, wait: async () => {} }
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
    expect(await stage.struck()).toBe(1)
    expect(stage.requestsTo('POST', '/move$')).toBe(1)
  })
})
