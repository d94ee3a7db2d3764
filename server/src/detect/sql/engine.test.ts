import { afterAll, beforeAll, expect, test } from 'vitest'

import { compareWithStream } from '#detect/testing/parity.ts'
import { assembleRules } from '#detect/rule-set.ts'
import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'

import { createSqlEngine } from './engine.ts'

let scratch: Awaited<ReturnType<typeof openScratchEngine>>
beforeAll(async () => {
  scratch = await openScratchEngine()
})
afterAll(() => scratch.close())

test('SQL gives what the stream gives, for made-up rules and events', async () => {
  expect(await compareWithStream(createSqlEngine(scratch.clickhouse), 5)).toBeGreaterThan(0)
})

test('a rule with thousands of values is one statement', async () => {
  const values = Array.from({ length: 3_000 }, (_, index) => `      - word-${index}`).join('\n')
  const text = `title: Many\nlogsource: { product: any }\ndetection:\n  exact:\n    f:\n${values}\n  inner:\n    g|contains:\n${values}\n  condition: exact or inner\n`
  const events = [{ f: 'WORD-2999' }, { g: 'a word-7 b' }, { f: 'word-2999x' }]
  const matches = await createSqlEngine(scratch.clickhouse).run(assembleRules([{ file: 'many.yml', text }]), events)
  expect(matches.map(({ index }) => index)).toEqual([0, 1])
})
