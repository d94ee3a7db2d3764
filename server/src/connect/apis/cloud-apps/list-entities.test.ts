import { array, assert, asyncProperty, integer } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { startFakeCloud, type FakeCloud } from '#connect/testing/fake-cloud.ts'

import { listEntities } from './list-entities.ts'

const PATH = '/api/v1/activities/'
const PAGE = 100
const Asked = z.object({
  filters: z.object({ created: z.object({ range: z.tuple([z.object({ start: z.number(), end: z.number() })]) }) }),
  sortField: z.literal('created'),
  sortDirection: z.literal('asc'),
  skip: z.number(),
  limit: z.literal(PAGE),
})

interface Saved {
  _id: string
  created: number
}

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

/** A service that answers from `saved`; `between` happens after each answer. */
function serve(saved: Saved[], between: () => void = () => undefined): void {
  fake.answer(PATH, (request, response) => {
    const asked = Asked.parse(JSON.parse(request.body))
    const [{ start, end }] = asked.filters.created.range
    const found = saved
      .filter(({ created }) => created >= start && created <= end)
      .sort((a, b) => a.created - b.created || (a._id < b._id ? -1 : 1))
    const data = found.slice(asked.skip, asked.skip + PAGE)
    between()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ data, hasNext: asked.skip + data.length < found.length, total: found.length }))
  })
}

async function list(to = 10_000): Promise<string[]> {
  const ids: string[] = []
  const pages = listEntities(fake.client(), {
    path: PATH,
    by: 'created',
    from: 0,
    to,
    timeOf: ({ created }) => z.number().parse(created),
    what: 'Could not list.',
  })
  for await (const page of pages) ids.push(...page.map(({ _id }) => String(_id)))
  return ids
}

describe('a list of Defender for Cloud Apps', () => {
  test('is given whole, from old to new, each once, however many share a moment (seed 5)', async () => {
    await assert(
      asyncProperty(array(integer({ min: 0, max: 6 }), { maxLength: 450 }), async (moments) => {
        const saved = moments.map((created, index) => ({ _id: String(index).padStart(4, '0'), created }))
        serve(saved)
        const ids = await list()
        expect(ids).toHaveLength(saved.length)
        expect(new Set(ids).size).toBe(saved.length)
      }),
      { seed: 5, numRuns: 25 },
    )
  })

  test('misses nothing when older ones arrive between two pages', async () => {
    const saved = Array.from({ length: 250 }, (_, index) => ({
      _id: `a${String(index).padStart(3, '0')}`,
      created: index,
    }))
    const before = saved.map(({ _id }) => _id)
    let arrivals = 0
    serve(saved, () => saved.push({ _id: `late${arrivals++}`, created: 1 }))
    const ids = await list()
    expect(before.filter((id) => !ids.includes(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('ends before its end', async () => {
    serve([10, 20, 30].map((created) => ({ _id: String(created), created })))
    expect(await list(30)).toEqual(['10', '20'])
  })

  test('without the permission the error says so in the words of the service', async () => {
    fake.answer(PATH, { status: 403, json: { detail: 'You do not have permission to perform this action.' } })
    await expect(list()).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      why: expect.stringContaining('You do not have permission to perform this action.'),
      fix: expect.stringContaining('Investigation.Read'),
    })
  })
})
