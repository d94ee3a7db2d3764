import { expect, it } from 'vitest'

import { testAction } from '#respond/testing/test-action.ts'

import { moveMessageToJunk } from './action.ts'

testAction(moveMessageToJunk, { wanted: 'Junk Email', path: '/move$', again: 'already-done' })

it('does not bring back to Junk Email what is further away', () => {
  for (const place of ['deleted-items', 'recoverable-items', 'gone'] as const) {
    expect(moveMessageToJunk.settled({ place, copies: [] })).toMatchObject({ state: 'already-gone' })
  }
  expect(moveMessageToJunk.settled({ place: 'folder', folderId: 'inbox', copies: [] })).toBeUndefined()
})
