import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { toPredicate } from '#detect/compile/to-predicate.ts'
import { plainFields } from '#detect/fields.ts'

import { parseRule } from './rule.ts'

/**
 * Engine-neutral conformance cases, kept outside the repository. Where they are absent this file says so and skips.
 * Modifiers that Cordon does not read yet are counted, so that the number cannot grow unseen.
 */
const file = join(dirname(import.meta.dirname), '../../../../shared/data/sigma-conformance/micro.json')
const present = existsSync(file)

const Cases = z.object({
  micro: z.array(
    z.object({
      name: z.string(),
      rule: z.string(),
      events: z.array(z.object({ event: z.record(z.string(), z.unknown()), match: z.boolean() })),
      source: z.string(),
      note: z.string(),
    }),
  ),
  reject: z.array(z.object({ name: z.string(), rule: z.string() })),
})

/** Modifiers of Sigma 2.1 that are not read yet; their rules must be refused, never half-matched. */
const NOT_YET =
  /\|(windash|base64|base64offset|wide|utf16|utf16le|utf16be|fieldref|expand|neq|minute|hour|day|week|month|year)\b/

describe.skipIf(!present)('the conformance cases (../shared is needed; skipped where it is absent)', () => {
  const cases = present ? Cases.parse(JSON.parse(readFileSync(file, 'utf8'))) : { micro: [], reject: [] }
  const settled = cases.micro.filter(({ source, note }) => !`${source} ${note}`.includes('AMBIGUOUS'))

  it.each(settled.filter(({ rule }) => !NOT_YET.test(rule)).map((entry) => [entry.name, entry] as const))(
    'match: %s',
    (_name, { rule, events }) => {
      const parsed = parseRule(rule, 'case.yml')
      expect(parsed.problems).toEqual([])
      const matches = toPredicate(parsed.rule!.expression)
      expect(events.map(({ event }) => matches(plainFields(event)))).toEqual(events.map(({ match }) => match))
    },
  )

  it.each(settled.filter(({ rule }) => NOT_YET.test(rule)).map((entry) => [entry.name, entry] as const))(
    'are refused loudly where a modifier is not read yet: %s',
    (_name, { rule }) => {
      expect(parseRule(rule, 'case.yml').problems[0]?.found).toMatch(/modifier/)
    },
  )

  it.each(cases.reject.map((entry) => [entry.name, entry] as const))('refuse: %s', (_name, { rule }) => {
    const { rule: accepted, problems } = parseRule(rule, 'case.yml')
    expect(accepted).toBeUndefined()
    expect(problems[0]?.line).toBeGreaterThan(0)
  })
})
