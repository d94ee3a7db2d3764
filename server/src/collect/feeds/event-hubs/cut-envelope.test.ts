import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { cutEnvelope } from './cut-envelope.ts'

const cut = (text: string) => cutEnvelope(Buffer.from(text))

test('the records of an envelope come word for word', async () => {
  const records = ['{"id":12345678901234567890, "n":1.0}', '{ "text":"a ] } \\" b" }', '"text"', '[1,[2]]', 'null']
  expect(await cut(`{"records":[${records.join(' ,\r\n')}]}`)).toEqual(records)
  expect(await cut(` { "records" : [ ${records.join(',')} ] } \n`)).toEqual(records)
  expect(await cut(`[${records.join(',')}]`)).toEqual(records)
  expect(await cut('{"records":[]}')).toEqual([])
})

test.each([
  ['has more than records', '{"records":[{"a":1}],"host":"x"}'],
  ['has more in front', '{"host":"x","records":[{"a":1}]}'],
  ['has no array of records', '{"records":{"a":1}}'],
  ['is followed by something', '{"records":[{"a":1}]} and more'],
  ['breaks off', '{"records":[{"a":1},{"b"'],
  ['breaks off as an array', '[{"a":1},{"b"'],
  ['is one event', '{"id":1}'],
  ['is no JSON', 'plain words'],
  ['is empty', ''],
])('what %s is kept whole', async (_, text) => {
  expect(await cut(text)).toEqual([text])
})

test('whatever records an envelope has, none is lost or changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), async (records) => {
      const texts = records.map((record) => JSON.stringify(record))
      expect(await cut(`{"records":[${texts.join(',')}]}`)).toEqual(texts)
    }),
  )
})

test('an envelope of a megabyte is cut', async () => {
  const record = JSON.stringify({ text: 'x'.repeat(990) })
  const records = Array.from({ length: 1000 }, () => record)
  expect(await cut(`{"records":[${records.join(',')}]}`)).toEqual(records)
})
