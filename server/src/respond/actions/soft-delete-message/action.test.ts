import { expect, it } from 'vitest'

import { testAction } from '#respond/testing/test-action.ts'

import { softDeleteMessage } from './action.ts'

testAction(softDeleteMessage, { wanted: 'Deletions', path: '/move$' })

it('takes out of Deleted Items what the user has put there, and not what is further away', () => {
  expect(softDeleteMessage.settled({ place: 'deleted-items', folderId: 'trash', copies: [] })).toBeUndefined()
  expect(softDeleteMessage.settled({ place: 'recoverable-items', copies: [] })).toMatchObject({ state: 'already-gone' })
})
