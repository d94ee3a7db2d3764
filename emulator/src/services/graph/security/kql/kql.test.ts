import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'

import { KqlError } from './errors.ts'
import { run } from './query.ts'
import type { Column, Row, Type } from './values.ts'
import type { Hints, Table } from './scope.ts'

const NOW = Date.UTC(2026, 10, 20, 8)
const LIMITS = { rows: 100_000, size: 50_000_000, milliseconds: 10_000 }

const columns = (text: string): Column[] =>
  text.split(' ').map((pair) => {
    const [name, type] = pair.split(':') as [string, Type]
    return { name, type }
  })

/** A table that remembers what it was hinted. */
function tableOf(spelled: string, rows: readonly Row[]): Table & { hints: Hints[] } {
  const hints: Hints[] = []
  return {
    columns: columns(spelled),
    hints,
    rows: (hint) => {
      hints.push(hint)
      return rows
    },
  }
}

const mail = tableOf('Timestamp:datetime Id:string Sender:string Size:int Read:bool Details:string', [
  [NOW - 3_600_000, 'm1', 'Anna@north.example', 10, true, '{"SPF":"pass","score":1}'],
  [NOW - 7_200_000, 'm2', 'ben@south.example', 20, false, '{"SPF":"fail","score":7}'],
  [NOW - 90_000_000, 'm3', 'anna@north.example', 30, true, ''],
  [NOW - 180_000_000, 'm4', '', null, null, 'not json'],
])
const links = tableOf('Timestamp:datetime Id:string Url:string', [
  [NOW, 'm1', 'https://a.example/x?y=1'],
  [NOW, 'm1', 'https://b.example/'],
  [NOW, 'm9', 'https://c.example/'],
])
const TABLES = new Map<string, Table>([
  ['Mail', mail],
  ['MailLinks', links],
])

const ask = (query: string) => run(query, TABLES, NOW, LIMITS)
/** Values of the only column, or whole rows. */
const values = (query: string): unknown[] => {
  const { schema, results } = ask(query)
  return results.map((row) => (schema.length === 1 ? row[schema[0]!.name] : Object.values(row)))
}
const value = (expression: string): unknown => values(`print ${expression}`)[0]
const refusal = (query: string): string => {
  try {
    ask(query)
  } catch (error) {
    if (error instanceof KqlError) return `${error.fault}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('KQL', () => {
  behavior('documentation', 'has finds whole terms in any case; contains finds any part.', () => {
    expect(
      ['"North America" has "america"', '"NorthAmerica" has "america"', '"NorthAmerica" contains "AMERICA"'].map(value),
    ).toEqual([true, false, true])
    expect(['"a@bad.example" has "bad.example"', '"a@verybad.example" has "bad.example"'].map(value)).toEqual([
      true,
      false,
    ])
    expect(['"PowerShell" hasprefix "power"', '"MyPowerShell" hasprefix "power"', '"x" has ""'].map(value)).toEqual([
      true,
      false,
      true,
    ])
    expect(
      ['"Abc" has_cs "abc"', '"Abc" !has "abc"', '"a b c" has_any ("x", "B")', '"a b" has_all ("a", "c")'].map(value),
    ).toEqual([false, false, true, false])
  })

  behavior('documentation', 'Equality of strings goes by case with == and in, without with =~ and in~.', () => {
    expect(
      ['"A" == "a"', '"A" =~ "a"', '"A" in ("a")', '"A" in~ ("a")', '"A" !in ("a")', '"A" !~ "a"'].map(value),
    ).toEqual([false, true, false, true, true, false])
  })

  behavior('documentation', 'A null compared with a value is different from it, and nothing is more or less.', () => {
    expect(values('Mail | where Size != 10 | project Id')).toEqual(['m2', 'm3', 'm4'])
    expect(values('Mail | where Size > 0 | project Id')).toEqual(['m1', 'm2', 'm3'])
    expect(values('Mail | where isnull(Size) | project Id')).toEqual(['m4'])
    expect(['isnull("")', 'isempty("")', 'int(null) == 5', 'isnull(int(null) == int(null))'].map(value)).toEqual([
      false,
      true,
      false,
      true,
    ])
    expect(values('Mail | where not(Size == 10) | project Id')).toEqual(['m2', 'm3', 'm4'])
  })

  behavior('documentation', 'Whole numbers divide whole; moments and lengths of time can be reckoned with.', () => {
    expect(['7 / 2', '7.0 / 2', '7 % 3', '-7 % 3', '2 + 3 * 4', '1 / 0'].map(value)).toEqual([3, 3.5, 1, 2, 14, null])
    expect(
      ['datetime(2026-11-20) - 1d', 'datetime(2026-11-20) - datetime(2026-11-18 12:00)', '1d / 2h', 'bin(37, 10)'].map(
        value,
      ),
    ).toEqual(['2026-11-19T00:00:00Z', '1.12:00:00', 12, 30])
    expect(
      ['bin(datetime(2026-11-20 08:17), 5m)', 'startofday(now())', 'startofweek(datetime(2026-11-20))', 'ago(1d)'].map(
        value,
      ),
    ).toEqual(['2026-11-20T08:15:00Z', '2026-11-20T00:00:00Z', '2026-11-15T00:00:00Z', '2026-11-19T08:00:00Z'])
    expect(value('datetime(2026-11-20) between (datetime(2026-11-19)..datetime(2026-11-21))')).toBe(true)
    expect(value('datetime_diff("day", datetime(2026-11-20 01:00), datetime(2026-11-18 23:00))')).toBe(2)
    expect(value('format_datetime(datetime(2026-01-02 03:04:05), "yyyy-MM-dd HH:mm:ss")')).toBe('2026-01-02 03:04:05')
  })

  behavior('documentation', 'Strings are written in four ways.', () => {
    expect(
      [`"a\\"b\\n"`, `'it''`.slice(0, 3) + `x'`, String.raw`@"c:\x"`, '```a\nb```', `h"secret"`].map(value),
    ).toEqual(['a"b\n', 'itx', String.raw`c:\x`, 'a\nb', 'secret'])
  })

  behavior('documentation', 'Dynamic values are taken apart by name and number; what is not there is null.', () => {
    expect(
      [
        'dynamic({"a":[1,{"b":"c"}]}).a[1].b',
        'dynamic([1,2])[-1]',
        'dynamic({"a":1})["z"]',
        'array_length(dynamic([1,2]))',
      ].map(value),
    ).toEqual(['c', 2, null, 2])
    expect(
      values('Mail | extend d = parse_json(Details) | where d.SPF == "fail" and d.score > 5 | project Id'),
    ).toEqual(['m2'])
    expect(value('parse_url("https://u@h.example:81/p?a=1#f").Host')).toBe('h.example')
    expect(value('tostring(dynamic({"a":1}))')).toBe('{"a":1}')
  })

  behavior('documentation', 'summarize names what it was not told to name after function and column.', () => {
    const { schema } = ask(
      'Mail | summarize count(), dcount(Id), make_set(Sender), make_list(Size), arg_max(Timestamp, Id), percentile(Size, 50), countif(Read) by bin(Timestamp, 1d), tolower(Sender)',
    )
    expect(schema.map(({ name }) => name)).toEqual(
      [
        'Timestamp',
        'Column1',
        'count_',
        'dcount_Id',
        'set_Sender',
        'list_Size',
        'Timestamp1',
        'Id',
        'percentile_Size_50',
      ].concat(['countif_']),
    )
  })

  it('summarizes groups, and everything where there are none', () => {
    expect(
      values('Mail | summarize n = count(), s = sum(Size) by d = tolower(Sender) | order by n desc, d asc'),
    ).toEqual([
      ['anna@north.example', 2, 40],
      ['', 1, 0],
      ['ben@south.example', 1, 20],
    ])
    expect(values('Mail | where Id == "none" | summarize count(), max(Size), avg(Size), take_any(Sender)')).toEqual([
      [0, null, null, ''],
    ])
    expect(values('Mail | where Id == "none" | summarize count() by Id')).toEqual([])
    expect(values('Mail | summarize x = round(100.0 * countif(Read) / count(), 1)')).toEqual([50])
    expect(values('Mail | summarize arg_max(Size, *) | project Id')).toEqual(['m3'])
  })

  behavior('documentation', 'join keeps one row for each key of the left side unless told otherwise.', () => {
    const left = 'datatable(k:string, a:int)["x", 1, "x", 2, "y", 3]'
    const right = '(datatable(k:string, b:int)["x", 10, "z", 30])'
    const rows = (kind: string) => values(`${left} | join ${kind} ${right} on k`)
    expect(rows('')).toEqual([['x', 1, 'x', 10]])
    expect(rows('kind=inner')).toEqual([
      ['x', 1, 'x', 10],
      ['x', 2, 'x', 10],
    ])
    expect(rows('kind=leftouter')).toEqual([
      ['x', 1, 'x', 10],
      ['x', 2, 'x', 10],
      ['y', 3, '', null],
    ])
    expect(rows('kind=rightouter')).toEqual([
      ['x', 1, 'x', 10],
      ['x', 2, 'x', 10],
      ['', null, 'z', 30],
    ])
    expect(rows('kind=leftanti')).toEqual([['y', 3]])
    expect(rows('kind=leftsemi')).toEqual([
      ['x', 1],
      ['x', 2],
    ])
    expect(rows('kind=rightanti')).toEqual([['z', 30]])
    expect(rows('kind=fullouter').length).toBe(4)
    expect(ask(`${left} | join ${right} on k`).schema.map(({ name }) => name)).toEqual(['k', 'a', 'k1', 'b'])
    expect(
      values(
        `${left} | join kind=inner (${right.slice(1, -1)} | project-rename other = k) on $left.k == $right.other | count`,
      ),
    ).toEqual([2])
  })

  it('unites tables, and knows where rows are from', () => {
    expect(values('union withsource=From Mail, MailLinks | summarize count() by From')).toEqual([
      ['Mail', 4],
      ['MailLinks', 3],
    ])
    expect(values('Mail | union MailLinks | count')).toEqual([7])
    expect(values('union Mail* | count')).toEqual([7])
    expect(values('union isfuzzy=true Mail, Nothing | count')).toEqual([4])
    expect(ask('union (print a = 1), (print a = "x")').schema.map(({ name }) => name)).toEqual(['a_long', 'a_string'])
    expect(values('search "anna" | summarize count() by $table')).toEqual([['Mail', 2]])
    expect(values('search in (MailLinks) "a.example" or "c.exam*" | count')).toEqual([2])
  })

  it('changes columns', () => {
    const names = (query: string) => ask(query).schema.map(({ name }) => name)
    expect(names('Mail | project-away S*, Details')).toEqual(['Timestamp', 'Id', 'Read'])
    expect(names('Mail | project-keep Id, Si* | project-rename Bytes = Size')).toEqual(['Id', 'Bytes'])
    expect(names('Mail | project-reorder Details, Id | extend Size = 1, New = 2')).toEqual([
      'Details',
      'Id',
      'Timestamp',
      'Sender',
      'Size',
      'Read',
      'New',
    ])
    expect(names("Mail | project ['a b'] = Id, strcat(Id, Sender), x = 1")).toEqual(['a b', 'Column1', 'x'])
    expect(names('Mail | join MailLinks on Id | project-away *1')).toEqual([
      'Timestamp',
      'Id',
      'Sender',
      'Size',
      'Read',
      'Details',
      'Url',
    ])
    expect(values('Mail | distinct Read | count')).toEqual([3])
    expect(values('Mail | top 2 by Size asc nulls last | project Id')).toEqual(['m1', 'm2'])
    expect(values('Mail | sort by Size desc | project Id')).toEqual(['m3', 'm2', 'm1', 'm4'])
    expect(values('Mail | take 0')).toEqual([])
  })

  it('opens lists and takes text apart', () => {
    expect(values('print l = dynamic([1,2,3]) | mv-expand l to typeof(long) | summarize sum(l)')).toEqual([6])
    expect(values('print a = dynamic([1,2]), b = dynamic(["x"]) | mv-expand a, b')).toEqual([
      [1, 'x'],
      [2, null],
    ])
    expect(values('print l = dynamic([]) | mv-expand l | count')).toEqual([1])
    expect(
      values('print s = "user=ann id=42 end" | parse s with * "user=" who " id=" id:long " " * | project who, id'),
    ).toEqual([['ann', 42]])
    expect(values('print s = "other" | parse s with "user=" who " id=" id:long | project who, id')).toEqual([
      ['', null],
    ])
    expect(
      [
        'extract("a(\\\\d+)", 1, "xa42", typeof(long))',
        'split("a.b.c", ".")[1]',
        'replace_string("aXa", "a", "b")',
        'substring("hello", 1, 3)',
      ].map(value),
    ).toEqual([42, 'b', 'bXb', 'ell'])
    expect(value('"Anna@x.example" matches regex @"(?i)^anna@"')).toBe(true)
  })

  it('lets names stand for values, tables and functions', () => {
    expect(values('let n = 15; let big = Mail | where Size > n; big | count')).toEqual([2])
    expect(values('let wanted = dynamic(["m1","m3"]); Mail | where Id in (wanted) | count')).toEqual([2])
    expect(values('let f = () { Mail | where Read }; f() | count;')).toEqual([2])
    expect(values('let twice = (x:long) { x * 2 }; Mail | where Id == "m1" | project twice(Size)')).toEqual([20])
    expect(values('let most = toscalar(Mail | summarize max(Size)); Mail | where Size == most | project Id')).toEqual([
      'm3',
    ])
    expect(values('let t = materialize(Mail | where Size > 5); union t, t | count')).toEqual([6])
    expect(values('// first\nMail // all of it\n| count')).toEqual([4])
  })

  it('tells tables beforehand which rows are wanted', () => {
    const hints = (query: string, table = mail) => {
      table.hints.length = 0
      ask(query)
      return table.hints.map(({ from, to, equal }) => ({
        from,
        to,
        equal: Object.fromEntries([...equal].map(([name, set]) => [name, [...set]])),
      }))
    }
    expect(hints('Mail | where Timestamp > ago(1h) and Sender =~ "Anna@north.example" and Size > 3')).toEqual([
      { from: NOW - 3_600_000, to: undefined, equal: { Sender: ['anna@north.example'] } },
    ])
    expect(hints('Mail | project Who = Sender, Id | where Who == "a" | where Id in ("m1", "m2")')).toEqual([
      { from: undefined, to: undefined, equal: { Sender: ['a'], Id: ['m1', 'm2'] } },
    ])
    expect(hints('Mail | where Sender == "a" or Id == "b"')).toEqual([{ from: undefined, to: undefined, equal: {} }])
    expect(hints('Mail | extend Id = "x" | where Id == "m1"')).toEqual([{ from: undefined, to: undefined, equal: {} }])
    expect(hints('Mail | take 1 | where Id == "m1"')).toEqual([{ from: undefined, to: undefined, equal: {} }])
    expect(hints('Mail | where Id == "m1" | join kind=inner MailLinks on Id', links)).toEqual([
      { from: undefined, to: undefined, equal: { Id: ['m1'] } },
    ])
    const subquery = 'let ids = MailLinks | project Id; Mail | where Id in (ids) | count'
    expect(hints(subquery)).toEqual([{ from: undefined, to: undefined, equal: { Id: ['m1', 'm9'] } }])
  })

  behavior('third-party code', 'A mistake is told with the place, line from 1 and column from 0.', () => {
    expect(refusal('Mail\n| where == 1')).toBe("syntax: Query could not be parsed at '==' on line [2,8]")
    expect(refusal('completely invalid query')).toBe("syntax: Query could not be parsed at 'invalid' on line [1,11]")
  })

  it('says what is wrong with names and types', () => {
    expect(refusal('Nothing | take 1')).toBe(
      "semantic: 'take' operator: Failed to resolve table or column expression named 'Nothing'",
    )
    expect(refusal('Mail | where Nothing == 1')).toBe(
      "semantic: 'where' operator: Failed to resolve column or scalar expression named 'Nothing'",
    )
    expect(refusal('Mail | project nothing(Id)')).toBe("semantic: 'project' operator: Unknown function: 'nothing'")
    expect(refusal('Mail | where Size == "10"')).toContain('Cannot compare values of types int and string')
    expect(refusal('Mail | where Size has "1"')).toContain('expected to be a string expression')
    expect(refusal('Mail | summarize by parse_json(Details)')).toContain('dynamic')
    expect(refusal('Mail | join (MailLinks) on Sender')).toContain("named 'Sender'")
    expect(refusal('Mail | where count() > 1')).toContain('cannot be used in this context')
    expect(refusal('Mail | evaluate bag_unpack(Details)')).toMatch(/^not built/)
    expect(refusal('print series_sum(dynamic([1]))')).toMatch(/^not built/)
  })

  it('stops what is too much', () => {
    const limited = (query: string, limits: Partial<typeof LIMITS>) => {
      try {
        return run(query, TABLES, NOW, { ...LIMITS, ...limits }).results.length
      } catch (error) {
        return (error as KqlError).message
      }
    }
    expect(limited('range x from 1 to 1000 step 1', { rows: 10 })).toBe(10)
    expect(limited('range x from 1 to 1000 step 1', { size: 100 })).toContain('exceeded the allowed result size')
    expect(limited('range x from 1 to 1e12 step 1 | count', { milliseconds: 100 })).toBe(
      'Query exceeded the timeout period.',
    )
    expect(limited(`print "${'a'.repeat(40)}!" matches regex "^(a+)+$"`, { milliseconds: 200 })).toBe(
      'Query exceeded the timeout period.',
    )
    expect(limited('range x from 1 to 1e9 step 1 | sort by x asc', {})).toContain('excessive resource consumption')
    const doubled = Array.from({ length: 40 }, () => 'extend s = strcat(s, s)').join(' | ')
    expect(limited(`print s = "abcdefgh" | ${doubled} | where s has "z"`, {})).toContain(
      'excessive resource consumption',
    )
  })
})

const word = fc.oneof(
  fc.constantFrom(
    'Mail',
    'MailLinks',
    '|',
    'where',
    'project',
    'extend',
    'summarize',
    'by',
    'count()',
    'join',
    'on',
    'Id',
  ),
  fc.constantFrom(
    '(',
    ')',
    '==',
    '"x"',
    '1d',
    'ago(1h)',
    'let',
    '=',
    ';',
    ',',
    'in',
    '!has',
    'and',
    'not',
    '[',
    ']',
    '..',
  ),
  fc.constantFrom(
    'union',
    'search',
    'take',
    '5',
    'dynamic([1])',
    'parse_json',
    'Details',
    '.',
    'Size',
    '-',
    '@"',
    '{',
    '}',
  ),
  fc.string({ maxLength: 4 }),
)

const predicate: fc.Arbitrary<string> = fc.letrec<{ all: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc.tuple(fc.constantFrom('>', '<=', '==', '!='), fc.integer({ min: 0, max: 40 })).map(([o, n]) => `Size ${o} ${n}`),
    fc
      .tuple(
        fc.constantFrom('==', '=~', '!=', 'has', '!contains'),
        fc.constantFrom('m1', 'Anna@north.example', 'anna', ''),
      )
      .map(([o, s]) => `Sender ${o} "${s}"`),
    fc.constantFrom('Id in ("m1", "m3")', 'Read', 'Timestamp > ago(1d)', 'Timestamp between (ago(2d) .. 1d)'),
  ),
  all: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.tuple(tie('all'), fc.constantFrom('and', 'or'), tie('all')).map(([a, o, b]) => `(${a} ${o} ${b})`),
  ),
})).all

const counted = (query: string) => Number(values(`${query} | count`)[0])

describe('KQL as laws', () => {
  it('refuses every text that is no query in words of its own, and never fails', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), (words) => {
        expect(refusal(words.join(' '))).toMatch(/^(none|(syntax|semantic|limit|not built): .+)$/s)
      }),
      { numRuns: 2000 },
    )
  })

  it('counts as many rows as it lets through, in any order of two conditions', () => {
    fc.assert(
      fc.property(predicate, predicate, (a, b) => {
        const both = counted(`Mail | where ${a} | where ${b}`)
        expect(both).toBe(counted(`Mail | where ${b} | where ${a}`))
        expect(both).toBe(counted(`Mail | where ${a} and ${b}`))
        expect(values(`Mail | where ${a} | project Id`).length).toBe(counted(`Mail | where ${a}`))
        expect(both).toBeLessThanOrEqual(counted(`Mail | where ${a} or ${b}`))
      }),
    )
  })

  it('divides rows among groups without losing one', () => {
    fc.assert(
      fc.property(
        predicate,
        fc.constantFrom('Id', 'Sender', 'Read', 'bin(Timestamp, 1d)', 'tolower(Sender)'),
        (a, by) => {
          expect(values(`Mail | where ${a} | summarize n = count() by ${by} | summarize sum(n)`)).toEqual([
            counted(`Mail | where ${a}`),
          ])
        },
      ),
    )
  })

  it('parts rows into those that join and those that do not', () => {
    fc.assert(
      fc.property(predicate, (a) => {
        const left = `Mail | where ${a}`
        const [semi, anti] = ['leftsemi', 'leftanti'].map((kind) =>
          counted(`${left} | join kind=${kind} MailLinks on Id`),
        )
        expect(semi! + anti!).toBe(counted(left))
      }),
    )
  })

  it('reads back what it writes as text', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 4_102_444_800_000 }), (text, time) => {
        expect(value(JSON.stringify(text).replaceAll('\\/', '/'))).toBe(text)
        expect(value(`todatetime(tostring(datetime(${new Date(time).toISOString()})))`)).toBe(
          new Date(time)
            .toISOString()
            .replace(/\.?0*Z$/, 'Z')
            .replace(/T(\d\d:\d\d)Z$/, 'T$1:00Z'),
        )
      }),
    )
  })
})
