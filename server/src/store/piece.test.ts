import { expect, it } from 'vitest'

import { openPiece, sealPiece } from './piece.ts'

const key = Buffer.alloc(32, 1)
const sealed = sealPiece(key, 3, Buffer.from('plain'))

it('opens a piece with its key at its place', () => {
  expect(openPiece(key, 3, sealed).toString()).toBe('plain')
  expect(sealed.includes('plain')).toBe(false)
})

it.each([
  ['another key', Buffer.alloc(32, 2), 3, sealed],
  ['another place', key, 4, sealed],
  ['a changed byte', key, 3, Buffer.from(sealed.map((byte, i) => (i === 20 ? byte ^ 1 : byte)))],
  ['bytes that are cut off', key, 3, sealed.subarray(0, 18)],
])('does not open it with %s', (_, otherKey, number, bytes) => {
  expect(() => openPiece(otherKey, number, bytes)).toThrow(expect.objectContaining({ code: 'STORE_KEY_WRONG' }))
})
