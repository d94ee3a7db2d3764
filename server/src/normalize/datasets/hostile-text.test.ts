import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostileTexts } from '#normalize/testing/hostile-texts.ts'
import { NORMALIZERS } from './index.ts'

/** At this length a step that takes the square of it would need minutes, and the test would time out. */
const LENGTH = 20_000

describe('a record whose every text somebody chose to be long', () => {
  it.each(NORMALIZERS)(
    'takes no more time than it is long: $dataset',
    { timeout: 30_000 },
    ({ dataset, normalize }) => {
      const record = largestCase(dataset)
      for (const hostile of hostileTexts(LENGTH)) {
        // A time that is none would end the steps early.
        const text = JSON.stringify(record, (name, value: unknown) => {
          return typeof value === 'string' && !/time|date/i.test(name) ? hostile : value
        })
        expect(['kept', 'quarantined']).toContain(normalize(text).outcome)
      }
    },
  )
})

/** The record of the dataset's longest case. */
function largestCase(dataset: string): unknown {
  const folder = join(import.meta.dirname, dataset, 'cases')
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a))
  const { raw } = JSON.parse(longest) as { raw: unknown }
  return typeof raw === 'string' ? JSON.parse(raw) : raw
}
