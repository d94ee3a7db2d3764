import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EcsEvent } from '#domain/event.ts'
import { isAllowedMeaning } from '#normalize/ecs/categories.ts'
import { isObject, objectsOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'
import { compareEvents } from '#normalize/testing/agreement.ts'
import { leafCoverage } from '#normalize/testing/leaves.ts'

/**
 * Records that others recorded from real tenants. Their licences keep them out of this repository, so they are measured
 * where a checkout has them beside it.
 */
const EVENTS = fileURLToPath(new URL('../../../../../shared/data/events', import.meta.url))
const ABSENT = !existsSync(EVENTS)

/** Where ours says something else than Elastic's, and why ours is right. */
const DISAGREEMENTS: Record<string, string> = {
  'event.type info': 'A sign-in begins something: ECS has "start" for it, as the audit log of the same sign-in says.',
  'event.outcome failure': 'A sign-in interrupted by "stay signed in?" has neither failed nor succeeded yet.',
  '@timestamp 2022-08-22T18:11:52.000Z':
    'The record says when the risk changed, to the millisecond; the envelope, to the second.',
  '@timestamp 2022-09-09T09:59:27.000Z': 'As above.',
  'event.kind event': 'That a user is at risk is a state, which lasts; nothing happened.',
  'event.type change': 'Listing keys gives them away and changes nothing.',
  'user_agent.device.name Other': 'Microsoft names no device.',
  'user.name c3813493-bf92-5123-2717-8a8b2979c38b': 'An identifier in the place of a name is no name; user.id has it.',
}

describe.skipIf(ABSENT)('logs of Azure: records of others (skipped where ../shared/data/events is absent)', () => {
  const pairs = ABSENT ? [] : ['signinlogs', 'auditlogs', 'identity_protection', 'activitylogs'].flatMap(elasticPairs)
  const azurePairs = pairs.map((pair) => ({ ...pair, ours: kept(pair.dataset, pair.raw) }))

  it('keeps every one', () => {
    expect(pairs.length).toBeGreaterThan(15)
    expect(azurePairs.filter(({ ours }) => ours === undefined)).toEqual([])
  })

  it('says in the shared fields what Elastic says, or what is written down as better', () => {
    const disagreed = azurePairs.flatMap(({ theirs, ours }) => compareEvents(theirs, ours ?? {}).disagreed)
    expect(disagreed.filter(({ field, theirs }) => !(`${field} ${String(theirs)}` in DISAGREEMENTS))).toEqual([])
  })

  it('finds at least 99 % of their leaf values in the events', () => {
    const coverages = azurePairs.map(({ raw, ours }) => leafCoverage(JSON.parse(raw), ours))
    const leaves = coverages.reduce((sum, coverage) => sum + coverage.leaves, 0)
    const missing = coverages.flatMap((coverage) => coverage.missing)
    expect(leaves).toBeGreaterThan(1000)
    expect(missing.length > leaves / 100 ? missing : []).toEqual([])
  })

  it('keeps every record of an Event Hub that says its time, with pairs of category and type that ECS allows', () => {
    const records = pantherRecords().filter(({ time }) => typeof time === 'string')
    expect(records.length).toBeGreaterThan(200)
    for (const record of records) {
      const event = kept('azure.event_hub', JSON.stringify(record))
      const { category = [], type = [] } = event?.event ?? { category: ['not kept'] }
      expect({ category, type }).toSatisfy(isAllowedMeaning)
    }
  })
})

interface Pair {
  dataset: string
  raw: string
  theirs: JsonObject
}

function elasticPairs(stream: string): Pair[] {
  const folder = join(EVENTS, 'elastic/azure', stream)
  const files = readdirSync(folder).filter((file) => file.endsWith('.log'))
  return files.flatMap((file) => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    const expected = (read(join(folder, `${file}-expected.json`)) as { expected: (JsonObject | null)[] }).expected
    return lines
      .filter((line) => line !== '')
      .flatMap((raw, at) => {
        const theirs = expected[at]
        // Among the activity log's are sign-ins, as an Event Hub that is fed with everything has them.
        const dataset = stream === 'activitylogs' ? 'azure.event_hub' : `azure.${stream}`
        return theirs ? [{ dataset, raw, theirs }] : []
      })
  })
}

function pantherRecords(): JsonObject[] {
  const folder = join(EVENTS, 'panther')
  const files = readdirSync(folder).filter((file) => file.startsWith('Azure.'))
  return files
    .flatMap((file) => objectsOf(read(join(folder, file))))
    .flatMap((test) => (isObject(test.log) ? [test.log] : []))
}

function kept(dataset: string, raw: string): EcsEvent | undefined {
  const result = normalizeRecord(dataset, raw)
  return result.outcome === 'kept' ? result.event : undefined
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
