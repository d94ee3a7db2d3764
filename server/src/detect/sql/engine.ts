import { type KnownUntil, knownTo } from '#detect/correlate/absence.ts'
import { fieldsOf as correlatedFields } from '#detect/correlate/correlator.ts'
import { byPlace, type Engine, type Match, type PlainEvent, type Run } from '#detect/match.ts'
import { judgedSince, knownAt } from '#detect/judgments.ts'
import type { LoadedCorrelation, LoadedRule } from '#detect/rule-set.ts'
import { fieldsOf } from '#detect/sigma/expression.ts'
import { plainReader, type Reader } from '#detect/vocabulary.ts'
import type { ClickHouse } from '#store/clickhouse/client.ts'
import { Params } from '#store/clickhouse/params.ts'

import { CORRELATED, correlationQuery, type Entry, HITS } from './correlation.ts'
import { EVENTS, rowOf, type Wanted } from './events-table.ts'
import { type Hits, portionsOf, rulesQuery } from './rules-query.ts'

/** Bytes of rows that go into the engine at once. */
const BATCH_BYTES = 8_000_000
/** Events that are asked about at once. */
const PAGE = 50_000

const SETTINGS = {
  // A rule may have thousands of values.
  max_ast_elements: '10000000',
  max_expanded_ast_elements: '10000000',
  max_ast_depth: '20000',
  max_parser_depth: '20000',
  // A number is the one that JavaScript reads.
  precise_float_parsing: 1,
} as const

const TABLES = { events: 'detection.events', hits: 'detection.hits' }

/** What a correlation comes to over all events. */
export interface Correlated {
  correlation: LoadedCorrelation
  /** Of the groups in which it holds anywhere: one group after the other, each in the order of events. */
  entries: readonly CorrelatedEvent[]
}

export interface CorrelatedEvent {
  /** Of the event, as it was pushed. */
  index: number
  group: string[]
  /** Undefined where the correlation does not hold at this event. */
  aggregate: number | undefined
}

export interface SqlRun<E> extends Run<E> {
  /** Instead of `end`: correlations alone, each after those it is over, with the events that they hold for. */
  correlate(): AsyncIterable<Correlated>
}

/**
 * Rules over events that come to an end, in ClickHouse: events are stored, then asked about. An engine has one run at a time.
 *
 * @param maxSeconds how long one statement may take; any time when absent.
 * @param until up to when all that happened is among the events; the latest of them, where absent.
 */
export async function beginSqlRun<E>(
  clickhouse: ClickHouse,
  { vocabularies, datasetOf, timeOf }: Reader<E>,
  correlations: readonly LoadedCorrelation[],
  { maxSeconds, until }: { maxSeconds?: number; until?: KnownUntil } = {},
): Promise<SqlRun<E>> {
  await clickhouse.run('CREATE DATABASE IF NOT EXISTS detection')
  for (const [table, columns] of [
    [TABLES.events, EVENTS],
    [TABLES.hits, HITS],
  ]) {
    await clickhouse.run(`CREATE TABLE IF NOT EXISTS ${table} ${columns}`)
    await clickhouse.run(`TRUNCATE TABLE ${table}`)
  }
  const correlated = correlations.flatMap(correlatedFields)
  const settings = { ...SETTINGS, ...(maxSeconds !== undefined && { max_execution_time: maxSeconds }) }
  const sources = vocabularies.map((each) => ({ ...each, wanted: wantedBy(each.rules, correlated) }))
  const numbers = numbersOf([...vocabularies.flatMap(({ rules }) => rules), ...correlations])
  let rows: Buffer[] = []
  let bytes = 0
  let last = -1
  let since = Infinity
  let latest = -Infinity

  async function store(): Promise<void> {
    const into = `INSERT INTO ${TABLES.events} (vocabulary, number, time, texts, nulls, every)`
    if (rows.length > 0) await clickhouse.insert({ into, format: 'JSONEachRow', rows }, {})
    rows = []
    bytes = 0
  }

  async function storeHits(hits: readonly { rule: string; number: number; vocabulary: number }[]): Promise<void> {
    const lines = hits.map((hit) => Buffer.from(`${numbers.get(hit.rule)!}\t${hit.number}\t${hit.vocabulary}\n`))
    const into = `INSERT INTO ${TABLES.hits} (rule, number, vocabulary)`
    if (lines.length > 0) await clickhouse.insert({ into, format: 'TabSeparated', rows: lines }, {})
  }

  /** What rules match from one event to before another, in order. */
  async function matchedIn(from: number, to: number) {
    const found: { rule: LoadedRule; position: number; number: number; vocabulary: number }[] = []
    for (const [vocabulary, { rules }] of vocabularies.entries()) {
      for (const portion of portionsOf(rules)) {
        const params = new Params()
        const query = rulesQuery(portion.rules, { events: TABLES.events, vocabulary, from, to }, params)
        for (const { number, rules: hits } of await clickhouse.rows<Hits>(query, params.values, settings)) {
          for (const hit of hits) {
            const position = portion.first + hit
            found.push({ rule: rules[position]!, position, number, vocabulary })
          }
        }
      }
    }
    return found.sort((a, b) => a.number - b.number || a.vocabulary - b.vocabulary || a.position - b.position)
  }

  async function* matchRules(): AsyncGenerator<Match> {
    for (let from = 0; from <= last; from += PAGE) {
      const found = await matchedIn(from, from + PAGE)
      if (correlations.length > 0) await storeHits(found.map(({ rule, ...hit }) => ({ ...hit, rule: rule.id })))
      const told = new Set<string>()
      for (const { rule, number } of found) {
        // A rule that reads an event in two vocabularies matches it once.
        const key = `${number} ${rule.id}`
        if (!told.has(key)) yield { rule: rule.id, title: rule.title, index: number }
        told.add(key)
      }
    }
  }

  async function* correlate(): AsyncGenerator<Correlated> {
    const judgedFrom = judgedSince(correlations, since)
    const known = knownTo(correlations, until ?? knownAt(correlations, latest))
    for (const correlation of correlations) {
      const params = new Params()
      const query = correlationQuery(correlation, numbers, { ...TABLES, judgedFrom, known }, params)
      const entries = await clickhouse.rows<Entry>(query, params.values, settings)
      const holds = entries.filter(({ aggregate }) => aggregate !== null)
      await storeHits(holds.map(({ number }) => ({ rule: correlation.id, number, vocabulary: CORRELATED })))
      yield {
        correlation,
        entries: entries.map(({ number, key, aggregate }) => ({
          index: number,
          // Several texts of one field are one value: see correlate/group-key.ts.
          group: key.map((texts) => (texts.length === 1 ? texts[0]! : JSON.stringify(texts))),
          aggregate: aggregate ?? undefined,
        })),
      }
    }
  }

  return {
    async push(event, index) {
      last = index
      const dataset = datasetOf(event)
      const time = timeOf(event)
      since = Math.min(since, time ?? Infinity)
      latest = Math.max(latest, time ?? -Infinity)
      for (const [vocabulary, source] of sources.entries()) {
        if (source.dataset !== dataset || !source.isFor(event)) continue
        const row = rowOf({ vocabulary, number: index, time }, source.fields(event), source.wanted)
        rows.push(row)
        bytes += row.length
      }
      if (bytes >= BATCH_BYTES) await store()
      return []
    },
    async *end() {
      await store()
      yield* matchRules()
      const matches: Match[] = []
      for await (const { correlation, entries } of correlate()) {
        const { id, title } = correlation
        for (const { aggregate, ...place } of entries) {
          if (aggregate !== undefined) matches.push({ rule: id, title, ...place, aggregate })
        }
      }
      yield* matches.sort(byPlace(correlations))
    },
    async *correlate() {
      await store()
      for await (const _match of matchRules());
      yield* correlate()
    },
  }
}

/** SQL over events as they are, in an engine that is there for this alone. */
export function createSqlEngine(clickhouse: ClickHouse): Engine {
  return {
    async run({ rules, correlations }, events: readonly PlainEvent[]) {
      const run = await beginSqlRun(clickhouse, plainReader(rules), correlations)
      for (const [index, event] of events.entries()) await run.push(event, index)
      const matches: Match[] = []
      for await (const match of run.end()) matches.push(match)
      return matches
    },
  }
}

function wantedBy(rules: readonly LoadedRule[], correlated: readonly string[]): Wanted {
  const asked = new Set(rules.flatMap(({ expression }) => [...fieldsOf(expression)]))
  const fields = new Set([...asked, ...correlated])
  return { fields: [...fields].filter((field) => field !== undefined), every: asked.has(undefined) }
}

function numbersOf(documents: readonly { id: string }[]): ReadonlyMap<string, number> {
  return new Map([...new Set(documents.map(({ id }) => id))].map((id, number) => [id, number]))
}
