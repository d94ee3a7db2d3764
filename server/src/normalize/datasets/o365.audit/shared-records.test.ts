import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isObject, objectsOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { isAllowedMeaning } from '#normalize/ecs/categories.ts'
import { leafCoverage } from '#normalize/testing/leaves.ts'
import { o365Audit } from './normalizer.ts'

/**
 * Records that others recorded from real tenants. Their licences keep them out of this repository, so they are measured
 * where a checkout has them beside it.
 */
const EVENTS = fileURLToPath(new URL('../../../../../../shared/data/events', import.meta.url))

describe.skipIf(!existsSync(EVENTS))(
  'o365.audit: records of others (skipped where ../shared/data/events is absent)',
  () => {
    const records = existsSync(EVENTS) ? [...elasticRecords(), ...pantherRecords()] : []

    it('keeps every one', () => {
      expect(records.length).toBeGreaterThan(100)
      expect(outcomes().filter(({ result }) => result.outcome !== 'kept')).toEqual([])
    })

    it('finds at least 99 % of their leaf values in the events', () => {
      let leaves = 0
      const missing: string[] = []
      for (const { record, result } of outcomes()) {
        const coverage = leafCoverage(record, result.outcome === 'kept' ? result.event : undefined)
        leaves += coverage.leaves
        missing.push(...coverage.missing)
      }
      expect(missing.length > leaves / 100 ? missing : []).toEqual([])
    })

    it('calls no failed sign-in a success', () => {
      for (const { record, result } of outcomes()) {
        if (record.Operation !== 'UserLoginFailed' || result.outcome !== 'kept') continue
        expect(result.event.event.outcome).toBe('failure')
      }
    })

    it('uses only pairs of event.category and event.type that ECS allows', () => {
      for (const { result } of outcomes()) {
        const { category = [], type = [] } = result.outcome === 'kept' ? result.event.event : {}
        expect({ category, type }).toSatisfy(isAllowedMeaning)
      }
    })

    function outcomes() {
      return records.map((record) => ({ record, result: o365Audit.normalize(JSON.stringify(record)) }))
    }
  },
)

function elasticRecords(): JsonObject[] {
  const folder = join(EVENTS, 'elastic/o365/audit')
  const files = readdirSync(folder).filter((file) => file.startsWith('test-') && !file.endsWith('-expected.json'))
  return files
    .flatMap((file) => objectsOf((read(join(folder, file)) as JsonObject).events))
    .flatMap((event) => (isObject(event.o365audit) ? [event.o365audit] : []))
}

function pantherRecords(): JsonObject[] {
  const folder = join(EVENTS, 'panther')
  const files = readdirSync(folder).filter((file) => file.startsWith('Microsoft365.Audit'))
  return files
    .flatMap((file) => objectsOf(read(join(folder, file))))
    .flatMap((test) => (isObject(test.log) ? [test.log] : []))
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
