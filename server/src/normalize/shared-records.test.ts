import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EcsEvent } from '#domain/event.ts'
import { isAllowedMeaning } from './ecs/categories.ts'
import { ecsViolations } from './ecs/violations.ts'
import { normalizeRecord } from './normalize-record.ts'
import { compareEvents } from './testing/agreement.ts'
import { reasonFor } from './testing/disagreements.ts'
import { elasticSamples } from './testing/elastic-samples.ts'
import { leafCoverage } from './testing/leaves.ts'
import { SHARED_RECORDS, pantherRecords } from './testing/shared-records.ts'

const ARRIVED_AT = '2026-11-20T11:00:00.000Z'

describe.skipIf(!existsSync(SHARED_RECORDS))(
  'records of others (skipped where ../shared/data/events is absent)',
  () => {
    const elastic = elasticSamples(join(SHARED_RECORDS, 'elastic')).map((sample) => {
      return { ...sample, record: JSON.parse(sample.text) as unknown, ours: eventOf(sample.dataset, sample.text) }
    })
    const panther = pantherRecords(join(SHARED_RECORDS, 'panther')).map((sample) => {
      return { ...sample, ours: eventOf(sample.dataset, JSON.stringify(sample.record)) }
    })
    const all = [...elastic, ...panther]

    it('are kept, every one', () => {
      expect(elastic.length).toBeGreaterThan(200)
      expect(panther.length).toBeGreaterThan(500)
      expect(all.filter(({ ours }) => ours === undefined).map(({ file }) => file)).toEqual([])
    })

    it('mean in the shared fields what Elastic says, or what is written down as better', () => {
      const unexplained = elastic.flatMap(({ file, theirs, ours }) => {
        const { disagreed } = compareEvents(theirs, ours ?? {})
        return disagreed.filter((one) => reasonFor(file, one) === undefined).map((one) => ({ file, ...one }))
      })
      expect(unexplained).toEqual([])
    })

    it('are found in their events: at least 99 % of the leaf values of each file', () => {
      const byFile = new Map<string, { leaves: number; missing: string[] }>()
      for (const { file, record, ours } of all) {
        const { leaves, missing } = leafCoverage(record, ours)
        const known = byFile.get(file) ?? { leaves: 0, missing: [] }
        byFile.set(file, { leaves: known.leaves + leaves, missing: [...known.missing, ...missing] })
      }
      expect([...byFile].filter(([, { leaves, missing }]) => missing.length > leaves / 100)).toEqual([])
    })

    it('use only pairs of event.category and event.type that ECS allows', () => {
      const meanings = all.map(({ ours }) => ({ category: ours?.event.category ?? [], type: ours?.event.type ?? [] }))
      expect(meanings.filter((meaning) => !isAllowedMeaning(meaning))).toEqual([])
    })

    it('become events with only fields that ECS has, as ECS has them, and our own under the name of a product', () => {
      expect(all.flatMap(({ ours }) => (ours === undefined ? [] : ecsViolations(ours)))).toEqual([])
    })

    it('call no failed sign-in a success', () => {
      const failed = all.filter(({ ours }) => ours?.event.action === 'UserLoginFailed')
      expect(failed.map(({ ours }) => ours?.event.outcome)).toEqual(failed.map(() => 'failure'))
    })
  },
)

function eventOf(dataset: string, text: string): EcsEvent | undefined {
  const result = normalizeRecord(dataset, text, ARRIVED_AT)
  return result.outcome === 'kept' ? result.event : undefined
}
