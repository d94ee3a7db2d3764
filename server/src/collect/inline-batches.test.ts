import { array, assert, asyncProperty, boolean, integer } from 'fast-check'
import { expect, test } from 'vitest'

import { inlineBatches, type ListedRecord } from './inline-batches.ts'

const MINUTE = 60_000

async function batchesOf(pages: readonly (readonly ListedRecord[])[]) {
  const found = new Map<string, string[]>()
  const listed = (async function* () {
    yield* pages
  })()
  for await (const batches of inlineBatches(listed)) {
    for (const batch of batches) {
      const texts: string[] = []
      for await (const piece of batch.read()) texts.push(...piece)
      expect(found.has(batch.id)).toBe(false)
      found.set(batch.id, texts)
    }
  }
  return found
}

const record = (at: number, key: string): ListedRecord => ({ at, key, text: JSON.stringify({ at, key }) })
const Moments = array(integer({ min: 0, max: 20 * MINUTE }), { maxLength: 60 })

test('every record is in one batch, and the batches are the same however the pages are cut', async () => {
  const law = asyncProperty(Moments, integer({ min: 1, max: 9 }), boolean(), async (moments, size, isTwice) => {
    const records = moments.sort((a, b) => a - b).map((at, n) => record(at, `record ${n}`))
    const pages = []
    for (let start = 0; start < records.length; start += size) {
      const page = records.slice(start, start + size)
      pages.push(isTwice ? [...page, page.at(-1)!] : page)
    }
    const cut = await batchesOf(pages)
    expect([...cut.values()].flat().sort()).toEqual(records.map(({ text }) => text).sort())
    expect(cut).toEqual(await batchesOf([records]))
  })
  await assert(law, { numRuns: 200 })
})

test('records of one minute are the same batch in whatever order they were listed', async () => {
  const records = [record(1000, 'b'), record(1000, 'a'), record(2000, 'c')]
  expect(await batchesOf([records])).toEqual(await batchesOf([records.toReversed()]))
})

test('a record that shows up late makes its minute another batch, and leaves the others as they were', async () => {
  const records = [record(1000, 'a'), record(MINUTE, 'b')]
  const before = await batchesOf([records])
  const after = await batchesOf([[record(1000, 'a'), record(1500, 'late'), record(MINUTE, 'b')]])
  expect([...after.keys()].filter((id) => before.has(id))).toHaveLength(1)
})

test('a minute of thousands is cut', async () => {
  const records = Array.from({ length: 2500 }, (_, n) => record(n, `record ${n}`))
  expect([...(await batchesOf([records])).values()].map((texts) => texts.length)).toEqual([1000, 1000, 500])
})
