import { beforeEach, expect, it } from 'vitest'

import { AppError } from '#domain/errors.ts'

import { createTroubles, type Troubles } from './troubles.ts'

let told: string[]
let troubles: Troubles

beforeEach(() => {
  told = []
  troubles = createTroubles(
    ({ why }) => void told.push(why),
    (line) => void told.push(line),
  )
})

function wrongSecret(traceId: string): AppError {
  const why = `The client secret is not one of this application. Trace ID: ${traceId}`
  return new AppError({ code: 'CONNECT_SECRET_WRONG', what: 'No token.', why, fix: 'Make a new client secret.' })
}

const missing = (permission: string): AppError =>
  new AppError({ code: 'CONNECT_PERMISSION_MISSING', what: 'No.', why: permission, fix: `Grant ${permission}.` })

it('tells a cause once for all feeds of a connection, however often it comes and whatever Microsoft adds to its text', () => {
  for (const traceId of ['1', '2', '3']) {
    for (const feed of ['a', 'b']) troubles.failed('one', feed, wrongSecret(`${traceId}${feed}`))
  }
  expect(told).toEqual([wrongSecret('1a').why])
  troubles.failed('two', 'a', wrongSecret('4'))
  expect(told).toHaveLength(2)
})

it('tells another cause', () => {
  troubles.failed('one', 'a', wrongSecret('1'))
  troubles.failed('one', 'a', missing('ActivityFeed.Read'))
  troubles.failed('one', 'b', missing('ActivityFeed.ReadDlp'))
  expect(told.slice(1)).toEqual(['ActivityFeed.Read', 'ActivityFeed.ReadDlp'])
})

it('tells in one line that a connection is well again, when its last feed is, and tells the cause anew after that', () => {
  for (const feed of ['a', 'b']) troubles.failed('one', feed, wrongSecret('1'))
  troubles.recovered('one', 'a')
  troubles.recovered('one', 'a')
  expect(told).toHaveLength(1)
  troubles.recovered('one', 'b')
  expect(told).toEqual([wrongSecret('1').why, 'Connection one is read again: nothing fails any more.'])
  troubles.failed('one', 'a', wrongSecret('2'))
  expect(told).toHaveLength(3)
})

it('says nothing of a feed that is no longer to be read', () => {
  troubles.failed('one', 'a', wrongSecret('1'))
  troubles.forget('one', 'a')
  expect(told).toHaveLength(1)
})
