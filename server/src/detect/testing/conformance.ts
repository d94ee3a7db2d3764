import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { z } from 'zod'

import type { Engine, Match } from '#detect/match.ts'
import { assembleRules, type RuleSet } from '#detect/rule-set.ts'

import { check, row, type Row } from './conformance-table.ts'

/**
 * Measures an engine with cases that are kept outside the repository: what each of a suite's checks came to, and what did
 * not pass. Checks on which the specification is silent are counted apart.
 */
const folder = join(import.meta.dirname, '../../../../../shared/data/sigma-conformance')

/** Whether the cases are there. */
export const hasCases = existsSync(join(folder, 'micro.json'))

const PlainEvents = z.record(z.string(), z.unknown())
const Noted = { source: z.string().default(''), note: z.string().default('') }
const Micro = z.object({
  micro: z.array(
    z.object({
      name: z.string(),
      rule: z.string(),
      events: z.array(z.object({ event: PlainEvents, match: z.boolean() })),
      ...Noted,
    }),
  ),
  reject: z.array(z.object({ name: z.string(), rule: z.string(), pysigma: z.string(), source: z.string() })),
})
const Synthetic = z.object({
  rule: z.string(),
  cases: z.array(z.object({ kind: z.string(), event: PlainEvents, match: z.boolean() })),
})
const Filters = z.array(
  z.object({
    name: z.string(),
    docs: z.string(),
    events: z.array(z.object({ event: PlainEvents, fires: z.array(z.string()) })).nullish(),
  }),
)
const Holds = z.record(
  z.string(),
  z.object({
    holds: z.array(z.tuple([z.number(), z.array(z.unknown()), z.number()])),
    groups: z.array(z.tuple([z.array(z.unknown()), z.number()])),
  }),
)
const Stream = z.object({
  name: z.string(),
  rules: z.string(),
  events: z.array(PlainEvents),
  expected: Holds,
  ...Noted,
})
const Hand = z.object({
  hand: z.array(Stream),
  reject: z.array(z.object({ name: z.string(), rules: z.string(), pysigma: z.string(), source: z.string() })),
})

/** The suites of hand-made cases through an engine: seconds. */
export async function measureCases(engine: Engine): Promise<Row[]> {
  const hand = Hand.parse(JSON.parse(read('correlation_hand.json')))
  const micro = Micro.parse(JSON.parse(read('micro.json')))
  const random = z.array(Stream).parse(JSON.parse(read('correlation_random.json')))
  return [
    ...(await measureMicro(engine, micro)),
    measureRejects(
      'reject',
      micro.reject.map(({ rule, ...rest }) => ({ ...rest, rules: rule })),
    ),
    await measureFilters(engine),
    ...(await measureStreams(engine, 'correlations', hand.hand)),
    measureRejects('correlations refused', hand.reject),
    ...(await measureStreams(engine, 'random streams', random)),
  ]
}

/** The suites over thousands of published rules: a minute. */
export async function measurePublishedRules(engine: Engine): Promise<Row[]> {
  return [await measureMatrix(engine), await measureSynthetic(engine)]
}

async function measureMicro(engine: Engine, { micro }: z.infer<typeof Micro>): Promise<Row[]> {
  const settled = row('micro', 1)
  const open = row('micro, ambiguous', 0)
  for (const { name, rule, events, ...noted } of micro) {
    const into = isAmbiguous(noted) ? open : settled
    const matches = await engine.run(
      assemble(rule),
      events.map(({ event }) => event),
    )
    const hit = new Set(matches.map(({ index }) => index))
    for (const [index, { match, event }] of events.entries()) {
      check(into, hit.has(index) === match, `${name}: ${JSON.stringify(event)} should ${match ? '' : 'not '}match`)
    }
  }
  return [settled, open]
}

/** Where another tool is laxer or stricter than the specification, the specification is followed. */
function measureRejects(suite: string, cases: { name: string; rules: string; pysigma: string; source: string }[]): Row {
  const into = row(suite, 0.9)
  for (const { name, rules, pysigma, source } of cases) {
    const isRefused = assemble(rules).problems.some(({ severity }) => severity === 'error')
    if (isRefused || (pysigma !== 'ACCEPTED' && !/ALLOWS|gap in pySigma/.test(source)))
      check(into, isRefused, `${name} was accepted`)
  }
  return into
}

async function measureMatrix(engine: Engine): Promise<Row> {
  const into = row('regression matrix', 1)
  const events = lines('regression_events.ndjson', z.object({ event_id: z.string(), event: PlainEvents }))
  const expected = lines(
    'regression_expected.ndjson',
    z.object({ id: z.string(), rule: z.string(), fires_on: z.array(z.string()) }),
  )
  const texts = ruleTexts()
  const rules = assembleRules(expected.map(({ rule }) => ({ file: rule, text: texts.get(rule)! })))
  const matches = await engine.run(
    rules,
    events.map(({ event }) => event),
  )
  const hits = new Set(matches.map(({ rule, index }) => `${rule} ${index}`))
  for (const { id, fires_on: fires } of expected) {
    for (const [index, { event_id: eventId }] of events.entries()) {
      const match = fires.includes(eventId)
      check(into, hits.has(`${id} ${index}`) === match, `${id} should ${match ? '' : 'not '}match ${eventId}`)
    }
  }
  return into
}

/** So many rules look at the events of all of them, of which each has its own: a run costs an engine more than a rule. */
const RULES_AT_ONCE = 50

async function measureSynthetic(engine: Engine): Promise<Row> {
  const into = row('synthetic', 0.999)
  const texts = ruleTexts()
  const all = lines('synthetic.ndjson', Synthetic)
  for (let from = 0; from < all.length; from += RULES_AT_ONCE) {
    const own = all.slice(from, from + RULES_AT_ONCE)
    const rules = assembleRules(own.map(({ rule }) => ({ file: rule, text: texts.get(rule)! })))
    const cases = own.flatMap(({ rule, cases: each }) => each.map((one) => ({ rule, ...one })))
    const files = new Map(rules.rules.map(({ id, file }) => [id, file]))
    const matches = await engine.run(
      rules,
      cases.map(({ event }) => event),
    )
    const hits = new Set(matches.map(({ rule, index }) => `${files.get(rule)} ${index}`))
    for (const [index, { rule, kind, match, event }] of cases.entries()) {
      const failure = `${rule} (${kind}): ${JSON.stringify(event).slice(0, 300)} should ${match ? '' : 'not '}match`
      check(into, hits.has(`${rule} ${index}`) === match, failure)
    }
  }
  return into
}

async function measureFilters(engine: Engine): Promise<Row> {
  const into = row('filters', 1)
  for (const { name, docs, events } of Filters.parse(JSON.parse(read('filters.json')))) {
    const rules = assemble(docs)
    if (!events) {
      check(
        into,
        rules.problems.some(({ severity }) => severity === 'error'),
        `${name}: was accepted`,
      )
      continue
    }
    const matches = await engine.run(
      rules,
      events.map(({ event }) => event),
    )
    for (const [index, { fires }] of events.entries()) {
      const fired = matches.filter((match) => match.index === index).map(({ title }) => title)
      check(
        into,
        fired.toSorted().join() === fires.toSorted().join(),
        `${name}: event ${index} fires ${fired.join() || 'nothing'}`,
      )
    }
  }
  return into
}

async function measureStreams(engine: Engine, suite: string, streams: z.infer<typeof Stream>[]): Promise<Row[]> {
  const settled = row(suite, 1)
  const open = row(`${suite}, ambiguous`, 0)
  for (const { name, rules, events, expected, ...noted } of streams) {
    const matches = await engine.run(assemble(rules), events)
    for (const [title, { holds }] of Object.entries(expected)) {
      const found = holdsOf(matches, title)
      const wanted = holds.map(([index, group, aggregate]) => describeHold(index, group, aggregate)).toSorted()
      const isRight = found.join('\n') === wanted.join('\n')
      check(
        isAmbiguous(noted) ? open : settled,
        isRight,
        `${name}, ${title}: ${found.join(' ')} is not ${wanted.join(' ')}`,
      )
    }
  }
  return open.checks > 0 ? [settled, open] : [settled]
}

function holdsOf(matches: readonly Match[], title: string): string[] {
  return matches
    .filter((match) => match.title === title)
    .map(({ index, group, aggregate }) => describeHold(index, group ?? [], aggregate ?? Number.NaN))
    .toSorted()
}

function describeHold(index: number, group: readonly unknown[], aggregate: number): string {
  return `${index} [${group.map(String).join(',')}] ${Number(aggregate.toPrecision(10))}`
}

function assemble(text: string): RuleSet {
  return assembleRules([{ file: 'case.yml', text }])
}

let texts: Map<string, string> | undefined

function ruleTexts(): Map<string, string> {
  texts ??= new Map(
    lines('rules.ndjson.gz', z.object({ path: z.string(), yaml: z.string() })).map(({ path, yaml }) => [path, yaml]),
  )
  return texts
}

function lines<T>(name: string, schema: z.ZodType<T>): T[] {
  return read(name)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)))
}

function read(name: string): string {
  const bytes = readFileSync(join(folder, name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

function isAmbiguous({ source, note }: { source: string; note: string }): boolean {
  return `${source} ${note}`.includes('AMBIGUOUS')
}
