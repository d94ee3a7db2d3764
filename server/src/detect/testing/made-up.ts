import * as fc from 'fast-check'
import type { Arbitrary } from 'fast-check'

import type { PlainEvent } from '#detect/match.ts'
import { assembleRules, type LoadedCorrelation, type LoadedRule, type RuleSet } from '#detect/rule-set.ts'
import type { RuleExpression, SigmaCorrelation } from '#detect/sigma/documents.ts'
import type { Expression, ValueTest } from '#detect/sigma/expression.ts'
import type { Pattern, PatternPart } from '#detect/sigma/pattern.ts'

/**
 * Rules and events that nobody would write: every kind of test and correlation over values of every kind, from a small stock, so
 * that they meet. What is hard for an engine is in the stock: case beyond ASCII, characters that mean something in SQL, in
 * patterns and in JSON, numbers that are written in several ways, addresses and times that are none.
 */
const CHARACTERS = [...'aAbBäÄßİΣσς.*?\\%_\n\0😀1(["\'{ -é']
export const TEXTS = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 4 }).map((all) => all.join(''))
const FIELDS = ['f', 'g', 'f.h', 'o.p', 'u'] as const
export const FIELD = fc.constantFrom<string[]>(...FIELDS)

const NUMBERS = [0, -0, 1, -2, 1.5, 0.1, 1_000, 1e21, 1e-7, 2 ** 53]
const NUMERIC_TEXTS = '1|+1|01|1.50|.5|1e3|1.|-|0x10| 1|Infinity|12345678901234567890'.split('|')
const ADDRESSES =
  '192.0.2.1|192.0.2.200|192.0.2.01|192.0.2|::ffff:192.0.2.1|::FFFF:c000:201|2001:db8::1|::|2001:db8::1%eth0|192.0.2.1%eth0|2001:db8:::1|::192.0.2.1|1.2.3.4.5|::ffff:0:0| 192.0.2.1'.split(
    '|',
  )
export const BLOCKS = '192.0.2.0/25|192.0.2.1/32|0.0.0.0/0|2001:db8::/32|::/0|::ffff:0:0/96|::/128'.split('|')
const TIMES =
  '2026-11-21T19:04:41Z|2026-11-21|2026-11-21 00:30|2026-12-31T23:59:59.999Z|2026-01-01T00:30:00+01:00|2026-02-30T10:00:00Z|2026-13-01|2026-01-01T24:00:00Z|2026-01-01T24:01:00Z|0001-01-01T00:00:00|9999-12-31T23:59:59.9999999Z|2024-02-29T12:00-0330|2020-12-31T12:00:00Z|2021-01-03T12:00:00|19:04'.split(
    '|',
  )
/** Regular expressions. */
export const SOURCES =
  String.raw`a.b,^a,b$,(?i)Ä,\d+,[^a],\bA,a|B,^$,.,\s,^.$,(?m)^b$,\pL,a*?b,(a|b)+,\\,[[:upper:]],\x00,σ,İ,`.split(',')
/** Of regular expressions. */
export const FLAGS = ['i', 'm', 's', 'ims']

const SCALAR: Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: TEXTS },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...NUMBERS, true, false, null) },
  { weight: 2, arbitrary: fc.constantFrom(...NUMERIC_TEXTS) },
  { weight: 2, arbitrary: fc.constantFrom(...ADDRESSES) },
  { weight: 2, arbitrary: fc.constantFrom(...TIMES) },
)
const VALUE: Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: SCALAR },
  { weight: 2, arbitrary: fc.array(SCALAR, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('h', 'p', 'q'), SCALAR, { maxKeys: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.dictionary(fc.constantFrom('h', 'p'), SCALAR), { maxLength: 2 }) },
)

/** Kilometers and continents apart, and some that are nowhere. */
const PLACE: Arbitrary<unknown> = fc
  .constantFrom(
    [52.37, 4.89],
    [52.38, 4.9],
    [52.37, 4.95],
    [-23.55, -46.63],
    ['35.68', '139.69'],
    [90, 0],
    [-90, 180],
    [0, -180],
    [91, 0],
    [0, 'NaN'],
    [1, null],
    [[], [4]],
  )
  .map(([lat, lon]) => ({ geo: { location: { lat, lon } } }))

/** In no order, and some at the same time; one in nine has no time. */
export const EVENT: Arbitrary<PlainEvent> = fc.record(
  {
    _t: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 80 }).map((t) => t / 2) }, fc.constant(null)),
    f: VALUE,
    g: VALUE,
    o: VALUE,
    'f.h': SCALAR,
    u: fc.constantFrom<unknown>('ann@x.example', 'Ann@X.example', 'bob', 'BOB', ['a', 'b'], null, 1),
    n: fc.constantFrom<unknown>(1, 2, 0.1, 0.2, '3', 'none', [4, 5], null),
    source: PLACE,
  },
  { requiredKeys: ['_t'] },
)

const PATTERN: Arbitrary<Pattern> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: TEXTS.filter((text) => text !== '').map((text): PatternPart => ({ kind: 'text', text })) },
    { weight: 2, arbitrary: fc.constant<PatternPart>({ kind: 'any' }) },
    { weight: 1, arbitrary: fc.constant<PatternPart>({ kind: 'one' }) },
  ),
  { maxLength: 4 },
)

const PATTERN_TEST: Arbitrary<ValueTest> = fc.record({
  kind: fc.constant('pattern'),
  pattern: PATTERN,
  cased: fc.boolean(),
})
const REGEX_TEST: Arbitrary<ValueTest> = fc.record({
  kind: fc.constant('regex'),
  source: fc.constantFrom(...SOURCES),
  flags: fc.constantFrom('', ...FLAGS),
})
const FIELD_TESTS: Arbitrary<ValueTest>[] = [
  fc.record({ kind: fc.constant('cidr'), block: fc.constantFrom(...BLOCKS) }),
  fc.record({
    kind: fc.constant('compare'),
    operator: fc.constantFrom('lt', 'lte', 'gt', 'gte'),
    value: fc.constantFrom(...NUMBERS),
  }),
  fc.record({
    kind: fc.constant('field'),
    other: FIELD,
    how: fc.constantFrom('equals', 'contains', 'startswith', 'endswith'),
    cased: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('time'),
    part: fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'year'),
    value: fc.constantFrom(0, 1, 4, 11, 12, 15, 21, 23, 30, 31, 52, 53, 59, 2026, 2025, 9999),
  }),
  fc.constant({ kind: 'null' }),
  fc.record({ kind: fc.constant('exists'), expected: fc.boolean() }),
]

const LEAF: Arbitrary<Expression> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('leaf'),
      field: FIELD,
      test: fc.oneof({ weight: 6, arbitrary: PATTERN_TEST }, { weight: 2, arbitrary: REGEX_TEST }, ...FIELD_TESTS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('leaf'),
      field: fc.constant(undefined),
      test: fc.oneof(PATTERN_TEST, REGEX_TEST),
    }),
  },
)

const { expression: EXPRESSION } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    LEAF,
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      terms: fc.array(tie('expression'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not'), term: tie('expression') }),
  ),
}))

/** What every document says of itself. */
const {
  rules: [RULE],
  correlations: [CORRELATION],
} = assembleRules([
  {
    file: 'made-up.yml',
    text: [
      'title: A\nid: r0\nlogsource: { product: any }\ndetection: { s: { f: 1 }, condition: s }',
      'title: B\nid: c0\ncorrelation: { type: event_count, rules: [r0], timespan: 1s, condition: { gte: 1 } }',
    ].join('\n---\n'),
  },
])

const RULE_IDS = ['r0', 'r1', 'r2', 'r3']

const { condition: RULE_EXPRESSION } = fc.letrec<{ condition: RuleExpression }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    fc.record({ kind: fc.constant('rule'), rule: fc.constantFrom('r0', 'r1', 'r2') }),
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      terms: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not'), term: tie('condition') }),
  ),
}))

const THRESHOLD: Arbitrary<SigmaCorrelation['condition']> = fc.record({
  kind: fc.constant('threshold'),
  all: fc.array(
    fc.record({
      operator: fc.constantFrom('lt', 'lte', 'gt', 'gte', 'eq', 'neq'),
      value: fc.constantFrom(0, 1, 2, 3, 2.5),
    }),
    { minLength: 1, maxLength: 2 },
  ),
})

/** Over rules; the last is over correlations. */
function madeUpCorrelation(id: string, over: Arbitrary<string[]>): Arbitrary<LoadedCorrelation> {
  const shared = {
    groupBy: fc.constantFrom([], ['u'], ['u', 'g'], ['who']),
    timespanS: fc.constantFrom(1, 3, 10, 30 * 86_400, 400 * 86_400),
    aliases: fc.constant({ who: { r0: 'f', r1: 'u', r2: 'u' } }),
  }
  const of = (more: Record<string, Arbitrary<unknown>>): Arbitrary<LoadedCorrelation> =>
    fc
      .record<Record<string, unknown>>({ ...shared, ...more })
      .map((own) => ({ ...CORRELATION!, ...own, id, title: id }))
  return fc.oneof(
    of({ type: fc.constant('event_count'), rules: over, condition: THRESHOLD }),
    of({
      type: fc.constant('value_count'),
      rules: over,
      fields: fc.constantFrom(['f'], ['u'], ['u', 'n']),
      condition: THRESHOLD,
    }),
    of({
      type: fc.constantFrom('value_sum', 'value_avg', 'value_percentile'),
      rules: over,
      fields: fc.constant(['n']),
      percentile: fc.constantFrom(0, 33, 50, 95, 100),
      condition: THRESHOLD,
    }),
    of({ type: fc.constantFrom('temporal', 'temporal_ordered'), rules: over, condition: THRESHOLD }),
    of({
      type: fc.constantFrom('temporal', 'temporal_ordered'),
      rules: fc.shuffledSubarray(['r0', 'r1', 'r2'], { minLength: 3 }),
      condition: fc.record({ kind: fc.constant('rules'), expression: RULE_EXPRESSION }),
    }),
  )
}

/** Rules, correlations over them and a correlation over those, with events for them. */
export const MADE_UP: Arbitrary<{ rules: RuleSet; events: PlainEvent[] }> = fc.record({
  rules: fc
    .tuple(
      fc.array(EXPRESSION, { minLength: RULE_IDS.length, maxLength: 16 }),
      madeUpCorrelation('c0', fc.shuffledSubarray(RULE_IDS, { minLength: 1 })),
      madeUpCorrelation('c1', fc.shuffledSubarray(['c0', ...RULE_IDS], { minLength: 2 })),
    )
    .map(([expressions, ...correlations]) => ({ rules: expressions.map(madeUpRule), correlations, problems: [] })),
  events: fc.array(EVENT, { minLength: 1, maxLength: 24 }),
})

function madeUpRule(expression: Expression, index: number): LoadedRule {
  return { ...RULE!, id: `r${index}`, title: `Rule ${index}`, expression }
}
