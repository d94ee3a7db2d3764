import { expect, it } from 'vitest'

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
