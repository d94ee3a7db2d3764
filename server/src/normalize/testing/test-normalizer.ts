import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EcsEvent } from '#domain/event.ts'
import type { NormalizeOutcome } from '#domain/outcome.ts'
import { isAllowedMeaning } from '#normalize/ecs/categories.ts'
import { ecsViolations } from '#normalize/ecs/violations.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Normalizer } from '#normalize/normalizer.ts'
import { hostileTexts } from './hostile-texts.ts'
import { leafCoverage } from './leaves.ts'

/**
 * A recorded case: one record, one behavior, named by its file. `says` is the event's sentence, or for a record that cannot
 * be kept the reason; written by hand, as `raw` is. `UPDATE_CASES=1` writes the rest anew, to be read before it is kept.
 */
interface RecordedCase {
  says: string
  /** The record; a string is its text. */
  raw: unknown
  /** When it came, for a record that says no time. */
  arrivedAt?: string
  expected?: EcsEvent
  /** The step, where the record ends in quarantine. */
  quarantined?: string
}

const UPDATE = process.env.UPDATE_CASES === '1'

/** The contract of every normalizer: its recorded cases, and the laws that hold for any input. `cases` is their folder. */
export function testNormalizer(normalizer: Normalizer, cases: string): void {
  const recorded = readCases(cases)

  describe(`${normalizer.dataset}: recorded cases`, () => {
    it.each(recorded)('$name', ({ path, case: known }) => {
      const text = textOf(known)
      const { raw, arrivedAt } = known
      const result = normalizer.normalize(text, arrivedAt)
      const now = { says: sentenceOf(result), raw, ...(arrivedAt && { arrivedAt }), ...restOf(result) }
      if (UPDATE) writeFileSync(path, `${JSON.stringify({ ...now, says: known.says }, null, 2)}\n`)
      expect(now).toEqual(UPDATE ? { ...now, says: known.says } : known)
    })
  })

  describe(`${normalizer.dataset}: laws`, () => {
    const kept = recorded.flatMap(({ case: { raw, expected } }) => {
      return expected === undefined || isLine(raw) ? [] : [{ raw, expected }]
    })

    it('finds at least 99 % of the leaf values of the recorded records in their events', () => {
      const coverages = kept.map(({ raw, expected }) => leafCoverage(parsed(raw), expected))
      const leaves = coverages.reduce((sum, coverage) => sum + coverage.leaves, 0)
      const missing = coverages.flatMap((coverage) => coverage.missing)
      expect(missing.length > leaves / 100 ? missing : []).toEqual([])
    })

    it('uses only pairs of event.category and event.type that ECS allows', () => {
      for (const { expected } of kept) {
        const { category = [], type = [] } = expected.event
        expect({ category, type }).toSatisfy(isAllowedMeaning)
      }
    })

    it('writes only fields that ECS has, as ECS has them, and its own under the name of a product', () => {
      expect(kept.flatMap(({ expected }) => ecsViolations(expected))).toEqual([])
    })

    it('gives the same bytes for the same record, and for a record parsed before', () => {
      for (const { raw } of kept) {
        const text = textOf({ raw })
        const first = JSON.stringify(normalizer.normalize(text))
        expect(JSON.stringify(normalizer.normalize(text))).toBe(first)
        expect(JSON.stringify(normalizer.normalize({ text, value: JSON.parse(text) }))).toBe(first)
      }
    })

    it('never throws for any JSON value, and what it keeps can be written as JSON', () => {
      const anyValue = fc.property(fc.json({ maxDepth: 6 }), (text) => givesAnOutcome(normalizer, text))
      expect(() => fc.assert(anyValue, { numRuns: 300 })).not.toThrow()
    })

    it('never throws for a record of which some fields are replaced by any JSON value', () => {
      const damagedRecord = fc.property(
        fc.constantFrom(...kept.map(({ raw }) => parsed(raw))).chain(damaged),
        (record) => givesAnOutcome(normalizer, JSON.stringify(record)),
      )
      expect(() => fc.assert(damagedRecord, { numRuns: 500 })).not.toThrow()
    })

    it('finds every leaf value of a damaged record again, in an event that is whole', () => {
      const damagedRecord = fc.property(
        fc.constantFrom(...kept.map(({ raw }) => parsed(raw))).chain(damaged),
        (record) => {
          const result = normalizer.normalize(JSON.stringify(record), '2026-11-20T11:00:00.000Z')
          if (result.outcome !== 'kept') return true
          const { category = [], type = [] } = result.event.event
          return (
            leafCoverage(record, result.event).missing.length === 0 &&
            ecsViolations(result.event).length === 0 &&
            isAllowedMeaning({ category, type })
          )
        },
      )
      expect(() => fc.assert(damagedRecord, { numRuns: 300 })).not.toThrow()
    })

    it('never throws for a record of which a field holds hostile text', () => {
      for (const record of kept.map(({ raw }) => parsed(raw))) {
        for (const field of textFieldsOf(record)) {
          for (const hostile of hostileTexts(1000)) {
            const text = JSON.stringify(record, (name, value: unknown) => (name === field ? hostile : value))
            expect(['kept', 'quarantined']).toContain(normalizer.normalize(text).outcome)
          }
        }
      }
    })

    it('quarantines what is no record at a named step', () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
      for (const text of [
        'null',
        'true',
        '1e400',
        '"text"',
        '[]',
        '[{}]',
        '12345678901234567890',
        deep,
        '{"a":',
        '\u0000',
      ]) {
        const result = normalizer.normalize(text)
        expect(result).toMatchObject({ outcome: 'quarantined', original: text })
        expect(result.outcome === 'quarantined' && result.step).toMatch(/^[a-z][a-z0-9-]*$/)
      }
    })

    it('drops what has no content', () => {
      for (const text of ['', '  \n', '{}'])
        expect(normalizer.normalize(text)).toEqual({ outcome: 'dropped', reason: 'empty' })
    })
  })
}

function readCases(folder: string): { name: string; path: string; case: RecordedCase }[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => {
    const path = join(folder, file)
    return { name: basename(file, '.json'), path, case: JSON.parse(readFileSync(path, 'utf8')) as RecordedCase }
  })
}

function textOf({ raw }: Pick<RecordedCase, 'raw'>): string {
  return typeof raw === 'string' ? raw : JSON.stringify(raw)
}

function sentenceOf(result: NormalizeOutcome): string {
  if (result.outcome === 'kept') return result.event.message
  return result.outcome === 'quarantined' ? result.error : result.reason
}

function restOf(result: NormalizeOutcome): Pick<RecordedCase, 'expected' | 'quarantined'> {
  if (result.outcome === 'kept') return { expected: result.event }
  return result.outcome === 'quarantined' ? { quarantined: result.step } : {}
}

/** The names of all fields that hold text, nested ones too. */
function textFieldsOf(record: JsonObject): Set<string> {
  const names = new Set<string>()
  JSON.stringify(record, (name, value: unknown) => {
    if (typeof value === 'string') names.add(name)
    return value
  })
  return names
}

/** True for a line of text that is kept although it is no JSON. */
function isLine(raw: unknown): boolean {
  return typeof raw === 'string' && !raw.startsWith('{')
}

function parsed(raw: unknown): JsonObject {
  return (typeof raw === 'string' ? JSON.parse(raw) : raw) as JsonObject
}

/** Texts of the marks by which values are cut: separators alone, half an address, an empty list, a time cut short. */
const marks = fc.string({ unit: fc.constantFrom(...`;,@<>"' .:/\\%[]{}=|-+_0a\t\u0000é`), maxLength: 12 })
const replacement = fc.oneof(fc.jsonValue(), marks, fc.array(marks, { maxLength: 3 }))

/** The record with some of its fields replaced. */
function damaged(record: JsonObject): fc.Arbitrary<JsonObject> {
  return fc
    .uniqueArray(fc.constantFrom(...Object.keys(record)))
    .chain((fields) => fc.record(Object.fromEntries(fields.map((field) => [field, replacement]))))
    .map((replaced) => ({ ...record, ...replaced }))
}

/** Whatever the text, an outcome that can be written, the same every time. */
function givesAnOutcome(normalizer: Normalizer, text: string): boolean {
  const written = JSON.stringify(normalizer.normalize(text))
  return (
    /^\{"outcome":"(?:kept|dropped|quarantined)"/.test(written) &&
    JSON.stringify(normalizer.normalize(text)) === written
  )
}
