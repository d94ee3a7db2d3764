import { describe, expect, it } from 'vitest'

import { streamEngine } from './stream.ts'
import { assembleRules, bindRuleSet } from './rule-set.ts'

const rule = (name: string, more = '') =>
  `title: ${name}\nname: ${name}\nlogsource: {product: m365, service: audit}\ndetection:\n  s: {op: ${name}${more}}\n  condition: s\n`
const correlation = (name: string, rules: string, more = '') =>
  `title: ${name}\nname: ${name}\ncorrelation:\n  type: event_count\n  rules: ${rules}\n  group-by: [user]\n  timespan: 1m\n  condition: {gte: 1}\n${more}`
const filter = (logsource: string, rules: string, condition = 'not s') =>
  `title: f\nlogsource: ${logsource}\nfilter:\n  rules: ${rules}\n  s: {user: svc}\n  condition: ${condition}\n`

const load = (...documents: string[]) => assembleRules([{ file: 'r.yml', text: documents.join('---\n') }])
const found = (...documents: string[]) => load(...documents).problems.map((problem) => problem.found)

describe('rules and what refers to them', () => {
  it('a correlation finds rules by id and by name, first in its own file', () => {
    const { correlations, problems } = assembleRules([
      { file: 'a.yml', text: [rule('a'), correlation('over', '[a]')].join('---\n') },
      { file: 'b.yml', text: `${rule('a')}id: 11111111-1111-4111-8111-111111111111\n` },
      { file: 'c.yml', text: correlation('far', '[11111111-1111-4111-8111-111111111111]') },
    ])
    expect(problems).toEqual([])
    expect(correlations.map(({ title, rules }) => [title, rules])).toEqual([
      ['over', ['a']],
      ['far', ['11111111-1111-4111-8111-111111111111']],
    ])
  })

  it('one that names nothing is left out, with the place of the name', () => {
    const { correlations, problems } = load(rule('a'), correlation('over', '[a, nope]'))
    expect(correlations).toEqual([])
    expect(problems).toMatchObject([{ line: 12, column: 14, found: '`nope`, which no rule is called' }])
  })

  it('correlations over each other in a ring are all left out, whatever else is over them', () => {
    const names = Array.from({ length: 100 }, (_, n) => `c${n}`)
    const ring = names.map((name, n) => correlation(name, `[c${(n + 1) % names.length}]`))
    const { correlations, problems } = load(rule('a'), ...ring, correlation('alone', '[a]'), correlation('on', '[c0]'))
    expect(correlations.map(({ title }) => title)).toEqual(['alone'])
    expect(problems).toHaveLength(101)
  })

  it('a rule that serves a correlation of its file raises no alerts of its own, unless `generate` says so', () => {
    const alertsOf = (more: string) =>
      load(rule('a'), correlation('over', '[a]', more)).rules.map(({ alerts }) => alerts)
    expect(alertsOf('')).toEqual([false])
    expect(alertsOf('  generate: true\n')).toEqual([true])
    expect(alertsOf('generate: true\n')).toEqual([true])
    const apart = assembleRules([
      { file: 'a.yml', text: rule('a') },
      { file: 'b.yml', text: correlation('over', '[a]') },
    ])
    expect(apart.rules.map(({ alerts }) => alerts)).toEqual([true])
  })
})

describe('a filter', () => {
  const events = [
    { op: 'a', user: 'svc' },
    { op: 'a', user: 'ana' },
  ]
  const matching = async (...documents: string[]) =>
    (await streamEngine.run(load(...documents), events)).map(({ index }) => index)

  it('narrows the rules it names, where its logsource is theirs or wider', async () => {
    expect(await matching(rule('a'), filter('{product: m365}', '[a]'))).toEqual([1])
    expect(await matching(rule('a'), filter('{product: m365}', 'any'))).toEqual([1])
    expect(await matching(rule('a'), filter('{product: azure}', 'any'))).toEqual([0, 1])
    expect(await matching(rule('a'), filter('{product: m365, service: exchange}', '[a]'))).toEqual([0, 1])
  })

  it('without `not` is loaded and warned about: it keeps what others exclude', async () => {
    const documents = [rule('a'), filter('{product: m365}', '[a]', 's')]
    expect(await matching(...documents)).toEqual([0])
    expect(load(...documents).problems).toMatchObject([{ severity: 'warning', line: 13 }])
  })

  it('that names no rule is told', () => {
    expect(found(rule('a'), filter('{product: m365}', '[b]'))).toEqual(['`b`, which no rule is called'])
  })
})

describe('a list that a rule names', () => {
  const text = rule('a').replace('{op: a}', "{op|expand: '%ops%', user|startswith|expand: 'u-%users%'}")
  const lists = new Map([
    ['ops', ['x', 'y*']],
    ['users', ['1', '2']],
  ])

  it('is put in its place, values with wildcards and what stands around the name too', async () => {
    const events = [
      { op: 'X', user: 'u-1' },
      { op: 'yes', user: 'U-22' },
      { op: 'x', user: '1' },
      { op: 'z', user: 'u-1' },
    ]
    const matches = await streamEngine.run(bindRuleSet(load(text), lists), events)
    expect(matches.map(({ index }) => index)).toEqual([0, 1])
  })

  it('and nobody gave is a problem; correlations over the rule go with it', () => {
    const bound = bindRuleSet(load(text, correlation('over', '[a]')), new Map([['ops', ['x']]]))
    expect(bound).toMatchObject({ rules: [], correlations: [] })
    expect(bound.problems).toMatchObject([{ severity: 'error', found: '%users%, a list that is not given' }])
  })
})

describe('a correlation that is refused says why', () => {
  const numbered = (count: number, between = ', ') => Array.from({ length: count }, (_, n) => `r${n}`).join(between)
  const refused = (body: string) => found(rule('a'), rule('b'), `title: x\ncorrelation:\n${body}`)
  it.each([
    ['type: sometimes', '  type: sometimes\n  rules: [a]\n  timespan: 1m\n', 'the type `sometimes`'],
    ['no timespan', '  type: temporal\n  rules: [a, b]\n', 'no timespan'],
    ['a timespan without a unit', "  type: temporal\n  rules: [a, b]\n  timespan: '60'\n", 'the timespan `60`'],
    ['a timespan of ages', '  type: temporal\n  rules: [a, b]\n  timespan: 999999999y\n', 'the timespan `999999999y`'],
    ['two hundred and one rules', `  type: temporal\n  rules: [${numbered(201)}]\n  timespan: 1m\n`, '201 rules'],
    ['thirty rules in order', `  type: temporal_ordered\n  rules: [${numbered(30)}]\n  timespan: 1m\n`, '30 rules'],
    [
      'a condition over eleven rules in order, which come in thousands of ways',
      `  type: temporal_ordered\n  rules: [${numbered(11)}]\n  timespan: 1m\n  condition: ${numbered(11, ' or ')}\n`,
      '11 rules',
    ],
    ['no threshold', '  type: event_count\n  rules: [a]\n  timespan: 1m\n', 'no condition'],
    ['no field', '  type: value_sum\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\n', 'no field for value_sum'],
    [
      'a threshold that is no number',
      '  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: many}\n',
      '`many` for gte',
    ],
    [
      'a rule that its condition passes by',
      '  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: a\n',
      'a condition without b',
    ],
    ['the same rule twice', '  type: temporal\n  rules: [a, a]\n  timespan: 1m\n', '`a` twice'],
    [
      'an alias for a stranger',
      '  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  group-by: [u]\n  aliases: {u: {c: x}}\n',
      'an alias for `c`',
    ],
  ])('%s', (_name, body, expected) => {
    expect(refused(body)[0]).toBe(expected)
  })

  it('which stands on a tower of them', () => {
    const tower = Array.from({ length: 1_000 }, (_, n) => correlation(`c${n + 1}`, `[c${n}]`)).toReversed()
    const { correlations, problems } = load(rule('c0'), ...tower)
    expect(correlations).toHaveLength(20)
    expect(problems.at(-1)?.found).toBe('a correlation over 20 others, each over the next')
  })
})
