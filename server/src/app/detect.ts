import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import { parse } from 'yaml'
import { z } from 'zod'

import { whyNeverFires } from '#detect/fields/can-fire.ts'
import { loadRules } from '#detect/load-rules.ts'
import type { Match, PlainEvent, Run } from '#detect/match.ts'
import { createPlainMatcher, matcherOf } from '#detect/matcher.ts'
import { assembleRules, bindRuleSet, type LoadedRule, type RuleSet } from '#detect/rule-set.ts'
import type { RuleProblem } from '#detect/sigma/problem.ts'
import { beginSqlRun } from '#detect/sql/engine.ts'
import { createFiniteStream } from '#detect/stream.ts'
import { normalizedReader, plainReader, type Reader } from '#detect/vocabulary.ts'
import { meaningOf } from '#detect/words.ts'
import { AppError } from '#domain/errors.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'
import type { ClickHouse } from '#store/clickhouse/client.ts'
import { openScratchEngine } from '#store/engines/clickhouse-embedded/scratch-engine.ts'

export type { Match, PlainEvent, RuleProblem, RuleSet }

/**
 * The rules in files and below folders, with what is wrong with them; lists from a YAML file of names, each with its values.
 *
 * @throws AppError RULE_FILE_INVALID where there is nothing to read, or no list file.
 */
export async function readRules(paths: readonly string[], listFile?: string): Promise<RuleSet> {
  for (const path of paths) await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)))
  return bindRuleSet(await loadRules(paths), listFile === undefined ? new Map() : await readLists(listFile))
}

/** The rules of one text, which may hold many documents. */
export function rulesIn(text: string): RuleSet {
  return assembleRules([{ file: 'text', text }])
}

/** A function that says which rules match an event as it is: the stream's work without anything around it. */
export function createPlainMatch({ rules }: RuleSet): (event: PlainEvent) => readonly LoadedRule[] {
  const matcher = createPlainMatcher(rules)
  return (event) => matcher.match(event).rules
}

const Lists = z.record(z.string(), z.array(z.union([z.string(), z.number()]).transform(String)))

async function readLists(file: string): Promise<ReadonlyMap<string, string[]>> {
  try {
    return new Map(Object.entries(Lists.parse(parse(await readFile(file, 'utf8'), { maxAliasCount: 0 }))))
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** A line that could not be matched, from one, and why. */
type OnBadLine = (line: number, why: string) => void

export type EngineName = 'stream' | 'sql'

interface DetectOptions {
  source: string | Readable
  dataset?: string
  onBadLine: OnBadLine
}

/**
 * Every match of the rules in a file of one JSON object a line, correlations last; the same from either engine, and in the same
 * order. With a dataset the events are its records, normalized and matched by the rules of its logsources; without they are taken
 * as they are, by every rule. A line that is no event is told, and passed by.
 *
 * @throws AppError DATASET_NAME_UNKNOWN; with `sql` also what the engine's start may throw.
 */
export async function* detectInFile(
  rules: RuleSet,
  { engine, ...options }: DetectOptions & { engine: EngineName },
): AsyncGenerator<Match> {
  if (engine === 'stream') {
    yield* runInFile(rules, options)
    return
  }
  const scratch = await openScratchEngine()
  try {
    yield* runInFile(rules, options, scratch.clickhouse)
  } finally {
    await scratch.close()
  }
}

async function* runInFile(
  { rules, correlations }: RuleSet,
  { source, dataset, onBadLine }: DetectOptions,
  clickhouse?: ClickHouse,
): AsyncGenerator<Match> {
  const begin = <E>(reader: Reader<E>): Run<E> | Promise<Run<E>> =>
    clickhouse === undefined
      ? createFiniteStream(matcherOf(reader), correlations)
      : beginSqlRun(clickhouse, reader, correlations)
  if (dataset === undefined) {
    const run = await begin(plainReader(rules))
    for await (const { text, index } of readLines(source)) {
      const event = parseEvent(text)
      if (typeof event === 'string') onBadLine(index + 1, event)
      else yield* await run.push(event, index)
    }
    yield* run.end()
    return
  }
  const { normalize } = normalizerOf(dataset)
  const run = await begin(normalizedReader(rules))
  for await (const { text, index } of readLines(source)) {
    const outcome = normalize(text)
    if (outcome.outcome === 'kept') yield* await run.push(outcome, index)
    else if (outcome.outcome === 'quarantined') onBadLine(index + 1, `${outcome.step}: ${outcome.error}`)
  }
  yield* run.end()
}

/** A rule that loads and can never fire, and why. */
export interface SilentRule {
  file: string
  line: number
  title: string
  why: string
}

/** Those of the rules of which no event that Cordon collects can be; see fields/can-fire.ts for what is known of events. */
export function findSilentRules(rules: readonly LoadedRule[]): SilentRule[] {
  return rules.flatMap((rule) => {
    const why = whyNeverFires(rule)
    return why === undefined ? [] : [{ file: rule.file, line: rule.line, title: rule.title, why }]
  })
}

/** A rule that says what Sigma has no words for, and what that is. */
export interface Meaning {
  file: string
  line: number
  title: string
  means: string
}

export function meaningsIn({ correlations }: Pick<RuleSet, 'correlations'>): Meaning[] {
  return correlations.flatMap(({ file, line, title, judgment }) =>
    judgment ? [{ file, line, title, means: meaningOf(judgment) }] : [],
  )
}

/** The lines of a file that hold anything, each with its number from zero. */
async function* readLines(source: string | Readable): AsyncGenerator<{ text: string; index: number }> {
  const input = typeof source === 'string' ? createReadStream(source) : source
  let index = -1
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      index++
      const text = index === 0 ? line.replace(/^\uFEFF/, '') : line
      if (text.trim() !== '') yield { text, index }
    }
  } catch (error) {
    if (typeof source === 'string' && error instanceof Error && 'syscall' in error) throw unreadable(source, error)
    throw error
  }
}

function parseEvent(text: string): PlainEvent | string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as PlainEvent)
      : 'it is no JSON object'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function unreadable(path: string, error: unknown): AppError {
  return new AppError({
    code: 'RULE_FILE_INVALID',
    what: `Could not read ${path}.`,
    why: error instanceof Error ? error.message.split('\n')[0]! : String(error),
    fix: 'Name a file, or a folder with files.',
    cause: error,
  })
}
