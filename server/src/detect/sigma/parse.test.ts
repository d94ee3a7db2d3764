import { describe, expect, it } from 'vitest'

import { parseSigma } from './parse.ts'

const rule = (detection: string, head = 'title: t\nlogsource:\n  product: m365\n  service: audit\n') =>
  `${head}detection:\n${detection}`

describe('a rule file', () => {
  it('with several faults names each at its line, what was found and what is allowed', () => {
    const text = rule(
      '  one:\n    A|foo: x\n  two:\n    B|cidr: 192.0.2.7/24\n  three: []\n  condition: one and tow\n',
      'logsource: {}\n',
    )
    const { problems } = parseSigma(text, 'r.yml')
    expect(problems.map(({ line, found }) => [line, found])).toEqual([
      [1, 'no title'],
      [1, 'an empty logsource'],
      [4, 'the modifier `foo`'],
      [6, '`192.0.2.7/24` with host bits set'],
      [7, 'an empty selection'],
      [8, 'tow'],
    ])
    expect(problems.every(({ file, allowed }) => file === 'r.yml' && allowed !== '')).toBe(true)
  })

  it.each([
    ['a pipe aggregation', '  s:\n    A: 1\n  condition: s | count() > 5\n', /aggregations are correlation rules/],
    ['a count of selections that Sigma does not have', '  s:\n    A: 1\n  condition: 2 of s*\n', /1 of/],
    ['look-around in an expression', "  s:\n    A|re: '(?=x)'\n  condition: s\n", /RE2/],
    [
      '10,000 parentheses',
      `  s:\n    A: 1\n  condition: ${'('.repeat(10_000)}s${')'.repeat(10_000)}\n`,
      /levels of nesting/,
    ],
    ['10,000 times and', `  s:\n    A: 1\n  condition: ${'s and '.repeat(9_999)}s\n`, /at most 500 selections/],
    ['20,000 wildcards', `  s:\n    A: '${'*a'.repeat(20_000)}'\n  condition: s\n`, /at most 100/],
    [
      '2,000 networks',
      `  s:\n    A|cidr: [${Array.from({ length: 2_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`).join()}]\n  condition: s\n`,
      /at most 300/,
    ],
    [
      'a pattern of names with many wildcards',
      `  ${'a'.repeat(1_000)}: {f: 1}\n  condition: 1 of ${'a*'.repeat(300)}b\n`,
      /a pattern that names one of/,
    ],
    ['10,000 times not', `  s:\n    A: 1\n  condition: ${'not '.repeat(10_000)}s\n`, /levels of nesting/],
  ])('is refused with what is allowed: %s', (_name, detection, allowed) => {
    const { documents, problems } = parseSigma(rule(detection), 'r.yml')
    expect(documents).toEqual([])
    expect(problems[0]?.allowed).toMatch(allowed)
  })

  it('that multiplies itself by aliases is refused within a second', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`)
    const { documents, problems } = parseSigma(
      `l0: &l0 [x]\n${levels.join('\n')}\n${rule('  s: *l30\n  condition: s\n')}`,
      'r.yml',
    )
    expect(documents).toEqual([])
    expect(problems.length).toBeGreaterThan(0)
  })

  it.each([
    ['steps', Array.from({ length: 50 }, (_, n) => `(x${n}|y){1,900}z`)],
    ['expressions', Array.from({ length: 300 }, (_, n) => `x${n}`)],
    ['characters', Array.from({ length: 10 }, () => `[${'x'.repeat(3_000)}]`)],
  ])('with regular expressions of too many %s is refused', (unit, expressions) => {
    const { documents, problems } = parseSigma(
      rule(`  s:\n    A|re: [${expressions.map((each) => `'${each}'`).join()}]\n  condition: s\n`),
      'r.yml',
    )
    expect(documents).toEqual([])
    expect(problems[0]?.found).toContain(unit)
  })

  it('with a thousand keywords that hold wildcards is refused', () => {
    const words = Array.from({ length: 1_000 }, (_, n) => `'a*${n}'`)
    const { problems } = parseSigma(rule(`  s: [${words.join()}]\n  condition: s\n`), 'r.yml')
    expect(problems[0]?.found).toBe('1000 values with wildcards within')
  })

  it('with an expression of a megabyte is refused', () => {
    expect(
      parseSigma(rule(`  s:\n    A|re: '${'a?'.repeat(400_000)}'\n  condition: s\n`), 'r.yml').problems[0]?.found,
    ).toMatch(/characters/)
  })

  it('that is half a file says where the YAML breaks', () => {
    expect(parseSigma('title: "half', 'r.yml').problems[0]?.line).toBe(1)
  })
})

const hostile: [string, string][] = [
  ['a wall of brackets', '['.repeat(400_000)],
  ['brackets that close nothing', `a: ${']'.repeat(400_000)}`],
  ['maps in maps', 'a: {'.repeat(100_000)],
  ['lists in lists', '- '.repeat(200_000)],
  ['a map in each line, one step further in', Array.from({ length: 900 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
  ['quotes without end', 'a: "x\n'.repeat(60_000)],
  ['commas', `a: [${','.repeat(400_000)}`],
  ['forty thousand keys', Array.from({ length: 40_000 }, (_, n) => `k${n}: 1`).join('\n')],
  ['nothing but lines', '\n'.repeat(450_000)],
]

describe('hostile YAML is refused, and ends nothing else', () => {
  it.each(hostile)('%s', (_name, text) => {
    const { documents, problems } = parseSigma(`${text}\n---\n${rule('  s:\n    A: 1\n  condition: s\n')}`, 'r.yml')
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThan(30)
    expect(documents.map(({ title }) => title)).toEqual(['t'])
  })

  it.each([
    ['an alias that holds itself', 'l: &l [*l]\n', '*l'],
    ['a condition that says a thousand values a thousand times', `l: &l [${'x,'.repeat(1500)}x]\n`, '*l'],
  ])('%s', (name, head, value) => {
    const condition = name.startsWith('a condition') ? Array.from({ length: 1000 }, () => 's').join(' or ') : 's'
    const text = `${head}${rule(`  s:\n    F|contains: ${value}\n  condition: ${condition}\n`)}`
    const { documents, problems } = parseSigma(text, 'r.yml')
    expect(documents).toEqual([])
    expect(problems.length).toBeGreaterThan(0)
  })

  it('a text of forty dashes', () => {
    const text = rule(`  s:\n    A|windash: '${' -a'.repeat(40)}'\n  condition: s\n`)
    expect(parseSigma(text, 'r.yml').problems[0]?.allowed).toMatch(/five/)
  })
})
