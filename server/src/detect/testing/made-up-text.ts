import * as fc from 'fast-check'
import type { Arbitrary } from 'fast-check'

import type { PlainEvent } from '#detect/match.ts'
import { assembleRules, bindRuleSet, type RuleSet } from '#detect/rule-set.ts'

import { EVENT, FIELD, FLAGS, BLOCKS, SOURCES, TEXTS } from './made-up.ts'

/**
 * Sigma files that nobody would write: every modifier, form of selection and condition, correlation and filter, as text. What
 * made-up expressions leave out is how a text becomes an expression.
 */
const oneOf = fc.constantFrom

/** Words with dashes, wildcards and escapes; what they are written as elsewhere is in the events. */
const PLAIN = ['aA', 'Ä', 'a b', '-a', 'x -b', '/b', 'ann@x.example', '']
const WILD = [
  'a*',
  '*b*',
  '?',
  'a?b',
  String.raw`\*`,
  String.raw`a\?b`,
  String.raw`\\*`,
  String.raw`\\\*`,
  '\\',
  '*',
  '%',
]
const ENCODED = PLAIN.flatMap((text) => {
  const bytes = [Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]
  return bytes.flatMap((each) => [
    each.toString('latin1'),
    ...['', 'x', 'xy'].map((before) => Buffer.concat([Buffer.from(before), each, Buffer.from('z')]).toString('base64')),
    each.toString('base64'),
  ])
})
const WRITTEN = [...PLAIN, ...ENCODED, '/a', '–a', 'X ―B', 'the aA word', '*', 'a?b', '\\', '\\*', '%', 'a%b']

type Item = readonly [key: string, value: unknown]

const SPELLING = oneOf('', '', '', 'windash', 'wide', 'utf16le', 'utf16be', 'utf16')
const ENCODING = oneOf('base64', 'base64offset', 'wide|base64', 'utf16be|base64offset', 'windash|base64')
const PLACE = oneOf('', '', 'contains', 'startswith', 'endswith')
const JOIN = oneOf('', '', '', 'neq', 'all', 'all|neq')
const WORD: Arbitrary<unknown> = fc.oneof(
  oneOf<unknown>(...PLAIN, ...WILD, 1, 1.5, true, '007', '1e3'),
  TEXTS.map((text) => text.replaceAll('\0', '')),
)
const NUMBER_SAID = oneOf(0, 1, -2, 1.5, 1_000)

/** `field|modifiers` with one value or several; `all` has several. */
function item(name: Arbitrary<string>, modifiers: Arbitrary<string>[], value: Arbitrary<unknown>): Arbitrary<Item> {
  return fc
    .record({
      name,
      modifiers: fc.tuple(...modifiers, JOIN),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    })
    .map(({ name: field, modifiers: said, values }) => {
      const all = [field, ...said.flatMap((each) => (each === '' ? [] : each.split('|')))]
      const kept = values.length === 1 && field !== '' ? all.filter((each) => each !== 'all') : all
      return [kept.join('|'), values.length === 1 && !kept.includes('all') ? values[0] : values]
    })
}

const ITEM: Arbitrary<Item> = fc.oneof(
  { weight: 8, arbitrary: item(FIELD, [SPELLING, PLACE, oneOf('', 'cased')], WORD) },
  {
    weight: 2,
    arbitrary: item(FIELD, [ENCODING, PLACE, oneOf('', 'cased')], oneOf(...PLAIN.filter((text) => text !== ''))),
  },
  {
    weight: 2,
    arbitrary: item(FIELD, [oneOf('re'), oneOf('', ...FLAGS.map((each) => [...each].join('|')))], oneOf(...SOURCES)),
  },
  {
    weight: 2,
    arbitrary: item(FIELD, [oneOf('expand'), PLACE, oneOf('', 'cased')], oneOf('%people%', 'x%people%*', 'aA')),
  },
  item(FIELD, [oneOf('cidr')], oneOf(...BLOCKS)),
  item(FIELD, [oneOf('lt', 'lte', 'gt', 'gte')], NUMBER_SAID),
  item(FIELD, [oneOf('fieldref'), PLACE, oneOf('', 'cased')], FIELD),
  item(FIELD, [oneOf('minute', 'hour', 'day', 'week', 'month')], oneOf(1, 4, 12)),
  fc.tuple(FIELD, fc.boolean()).map(([field, isThere]) => [`${field}|exists`, isThere] as const),
  FIELD.map((field) => [field, null] as const),
  item(oneOf(''), [oneOf('', 're')], oneOf('aA', 'b', '192', 'x.e')),
)

const MAP = fc.array(ITEM, { minLength: 1, maxLength: 3 }).map((items) => Object.fromEntries(items))
const SELECTION: Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: MAP },
  { weight: 2, arbitrary: fc.array(MAP, { minLength: 1, maxLength: 2 }) },
  {
    weight: 1,
    arbitrary: fc.array(oneOf<unknown>('aA', 'b*', '?', 1, 'x example', true), { minLength: 1, maxLength: 2 }),
  },
  { weight: 1, arbitrary: fc.array(fc.oneof(MAP, oneOf('aA', 'bob')), { minLength: 2, maxLength: 3 }) },
)

const NAMES = ['sel_a', 'sel_b', '_hidden', 'not1'] as const
const QUANTIFIED = '1 of them|all of them|any of sel_*|ALL of sel*|1 of _*|1 of *1|1 of *_b|all of sel_a'.split('|')

function conditionOver(words: readonly string[]): Arbitrary<string> {
  return fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      oneOf(...words),
      fc.tuple(oneOf('and', 'or', 'AND'), tie('condition'), tie('condition')).map(([by, a, b]) => `${a} ${by} ${b}`),
      tie('condition').map((inner) => `not (${inner})`),
      tie('condition').map((inner) => `not ${inner}`),
      tie('condition').map((inner) => `(${inner})`),
    ),
  })).condition
}

const CONDITION = conditionOver([...NAMES, ...QUANTIFIED])
const RULE_IDS = ['r0', 'r1', 'r2', 'r3']

/** What Sigma has no words for. */
const CORDON = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        fields: oneOf(['u'], ['u', 'g'], ['f'], ['__proto__']),
        timespan: oneOf('1s', '3s', '10s', '90d'),
        learning: oneOf('0s', '1s'),
      })
      .map((own) => ({ 'first-seen': own })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        'group-by': oneOf('u', ['u', 'g'], 'f'),
        timespan: oneOf('1s', '10s', '7d'),
        'faster-than': oneOf('900 km/h', '0.5 km/h', '100000 km/h'),
        'farther-than': oneOf('1 km', '0.5 km', '500 km'),
      })
      .map((own) => ({ speed: own })),
  },
)

const RULE = fc.record({
  cordon: CORDON,
  logsource: oneOf({ product: 'any' }, { product: 'any', category: 'some' }),
  selections: fc.tuple(...NAMES.map(() => SELECTION)),
  condition: fc.oneof({ weight: 3, arbitrary: CONDITION }, fc.array(CONDITION, { minLength: 1, maxLength: 2 })),
})

const FILTER = fc
  .record({
    logsource: oneOf({ product: 'any' }, { category: 'SOME' }),
    rules: oneOf<unknown>('any', ['r0'], ['Rule 1', 'r2'], []),
    sel_a: MAP,
    condition: oneOf('not sel_a', 'not 1 of sel_*'),
  })
  .map(({ logsource, ...filter }) => ({ title: 'A filter', logsource, filter }))

const TIMESPAN = oneOf('1s', '3s', '10s', '5m', '1h', '30d', '2w', '1M', '1y', '100y')
const NUMBERS_ASKED = fc.dictionary(oneOf('lt', 'lte', 'gt', 'gte', 'eq', 'neq'), oneOf(0, 1, 2, 2.5, 3), {
  minKeys: 1,
  maxKeys: 2,
  noNullPrototype: true,
})

/** What each type asks, over some rules. */
const ASKED: Record<string, (over: readonly string[]) => Arbitrary<unknown>> = {
  event_count: () => NUMBERS_ASKED,
  value_count: () => asking(oneOf<unknown>('f', ['u', 'n'])),
  value_sum: () => asking(fc.constant('n')),
  value_avg: () => asking(fc.constant('n')),
  value_percentile: () =>
    fc.tuple(asking(fc.constant('n')), oneOf(0, 33, 95)).map(([asked, percentile]) => ({ ...asked, percentile })),
  temporal: temporal,
  temporal_ordered: temporal,
}

function asking(field: Arbitrary<unknown>) {
  return fc.tuple(NUMBERS_ASKED, field).map(([asked, named]) => ({ ...asked, field: named }))
}

/** Nothing, numbers, or rules of which each is named. */
function temporal(over: readonly string[]): Arbitrary<unknown> {
  const named = conditionOver(over).map((condition) => `${over.join(' or ')} or ${condition}`)
  const others = conditionOver(over).map((condition) => `(${condition}) and not (${over.join(' and ')})`)
  return fc.oneof(fc.constant(undefined), NUMBERS_ASKED, named, others)
}

function correlation(name: string, some: Arbitrary<string[]>): Arbitrary<object> {
  return fc.tuple(some, oneOf(...Object.keys(ASKED))).chain(([rules, type]) =>
    fc
      .record({
        'group-by': oneOf([], ['u'], ['u', 'g'], ['who'], ['__proto__']),
        timespan: TIMESPAN,
        aliases: fc
          .array(oneOf('f', 'u', 'g'), { minLength: rules.length, maxLength: rules.length })
          .map((fields) => ({ who: Object.fromEntries(rules.map((rule, index) => [rule, fields[index]])) })),
        condition: ASKED[type]!(rules),
        generate: fc.boolean(),
      })
      .map((own) => ({ title: name, name, correlation: { type, rules, ...own } })),
  )
}

const LISTS = new Map([['people', ['ann@x.example', 'a*b', 'BOB', '?']]])

const RULES: Arbitrary<RuleSet> = fc
  .record({
    rules: fc.array(RULE, { minLength: RULE_IDS.length, maxLength: RULE_IDS.length + 2 }),
    filters: fc.array(FILTER, { maxLength: 2 }),
    below: correlation('c0', fc.shuffledSubarray(RULE_IDS, { minLength: 1 })),
    above: correlation('c1', fc.shuffledSubarray(['c0', ...RULE_IDS], { minLength: 1 })),
  })
  .map(({ rules, filters, below, above }) => {
    const told = rules.map(({ logsource, selections, condition, cordon }, index) => ({
      title: `Rule ${index}`,
      name: `r${index}`,
      logsource,
      detection: { ...Object.fromEntries(NAMES.map((name, at) => [name, selections[at]])), condition },
      cordon,
    }))
    // JSON is YAML.
    const text = [...told, ...filters, below, above].map((each) => JSON.stringify(each)).join('\n---\n')
    return bindRuleSet(assembleRules([{ file: 'made-up.yml', text }]), LISTS)
  })

/** Files that load, with events for them. */
export const MADE_UP_TEXT: Arbitrary<{ rules: RuleSet; events: PlainEvent[] }> = fc.record({
  rules: RULES.filter(({ problems }) => problems.every(({ severity }) => severity !== 'error')),
  events: fc.array(
    fc
      .tuple(EVENT, fc.dictionary(FIELD, oneOf(...WRITTEN), { maxKeys: 2, noNullPrototype: true }))
      .map(([event, written]) => ({ ...event, ...written })),
    { minLength: 1, maxLength: 24 },
  ),
})
