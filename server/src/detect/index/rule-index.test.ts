import { type Arbitrary, array, assert, constantFrom, dictionary, oneof, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { plainFields } from '#detect/compile/plain-fields.ts'
import { Reading } from '#detect/compile/reading.ts'
import { toPredicate } from '#detect/compile/to-predicate.ts'
import { assembleRules } from '#detect/rule-set.ts'

import { createNeedles } from './needles.ts'
import { createRuleIndex } from './rule-index.ts'

const text = string({ unit: constantFrom('a', 'b', 'A', '*', '?', '\\'), maxLength: 4 })
const field = constantFrom('F', 'G', 'H.I')
const modifier = constantFrom(
  '',
  '|contains',
  '|startswith',
  '|endswith',
  '|cased',
  '|neq',
  '|exists',
  '|re',
  '|windash',
)
const condition = constantFrom('s', 'not s', 's and not t', 's or t', '1 of them', 'all of them', 'not (s and t)')

/** A selection as a line of YAML. */
const selection = oneof(
  array(text, { minLength: 1, maxLength: 3 }).map((words) => JSON.stringify(words)),
  array(
    three(field, modifier, text).map(([name, how, value]) => {
      const shown = how === '|exists' ? value.includes('a') : how === '|re' ? value.replaceAll(/[*?\\]/g, '.') : value
      return `${JSON.stringify(name + how)}: ${JSON.stringify(shown)}`
    }),
    { minLength: 1, maxLength: 2 },
  ).map((items) => `{${[...new Map(items.map((item) => [item.split(': ')[0], item])).values()].join(', ')}}`),
  constantFrom('{F: null}', '{F|contains|all: [a, b]}', '{F: [a, bb, 1]}'),
)

const rule = three(selection, selection, condition).map(
  ([s, t, said]) => `title: t\nlogsource: {product: p}\ndetection:\n  s: ${s}\n  t: ${t}\n  condition: ${said}\n`,
)
const event = dictionary(constantFrom('F', 'G', 'H.I'), oneof(text, constantFrom(null, 1, true, ['a', 'B'], {})))

function three<A, B, C>(a: Arbitrary<A>, b: Arbitrary<B>, c: Arbitrary<C>) {
  return a.chain((x) => b.chain((y) => c.map((z) => [x, y, z] as const)))
}

describe('rules that an event calls by its values', () => {
  it('are all that match it, whatever the rules and the event are', () => {
    assert(
      property(
        array(rule, { minLength: 1, maxLength: 12 }),
        array(event, { minLength: 1, maxLength: 6 }),
        (yamls, events) => {
          const { rules } = assembleRules([{ file: 'r.yml', text: yamls.join('---\n') }])
          const index = createRuleIndex(rules)
          for (const each of events) {
            const reading = new Reading(plainFields(each))
            const matching = rules.filter(({ expression }) => toPredicate(expression)(reading))
            expect(index.match(reading).map(({ line }) => line)).toEqual(matching.map(({ line }) => line))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('many texts looked for at once', () => {
  it('are found as each would be alone', () => {
    const word = string({ unit: constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 5 })
    assert(
      property(
        array(word, { minLength: 1, maxLength: 60 }),
        string({ unit: constantFrom('a', 'b', 'é', 'x'), maxLength: 60 }),
        (words, value) => {
          const found = new Set<number>()
          createNeedles(words)(value, (needle) => found.add(needle))
          expect([...found].toSorted((a, b) => a - b)).toEqual(
            [...words.keys()].filter((at) => value.includes(words[at]!)),
          )
        },
      ),
      { numRuns: 500 },
    )
  })
})

it('an event that nests deeper than calls may is read all the same', () => {
  const deep = 'title: t\nlogsource: {product: any}\ndetection:\n  s: {F: deep}\n  condition: s\n'
  const index = createRuleIndex(assembleRules([{ file: 'deep.yml', text: deep }]).rules)
  const nested = `{"F":${'[{"a":'.repeat(20_000)}["deep",1]${'}]'.repeat(20_000)}}`
  const fields = plainFields(JSON.parse(nested) as Record<string, unknown>)
  expect(index.match(new Reading(fields))).toHaveLength(1)
})

it('a text of digits that is no number is told from one at once', () => {
  const asks = 'title: t\nlogsource: {product: any}\ndetection:\n  s: {F|gt: 5}\n  condition: s\n'
  const index = createRuleIndex(assembleRules([{ file: 'number.yml', text: asks }]).rules)
  const matches = (value: string) => index.match(new Reading(plainFields({ F: value }))).length
  // Seconds for each of them, were digits tried in every way.
  const digits = '1'.repeat(500_000)
  expect([`${digits}x`, `${digits}.x`, `${digits}e`, '6', '6.', '.6', '60e-1', '1e'].map(matches)).toEqual([
    0, 0, 0, 1, 1, 0, 1, 0,
  ])
})
