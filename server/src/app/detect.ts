import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import { parse } from 'yaml'
import { z } from 'zod'

import { loadRules } from '#detect/load-rules.ts'
import type { Match, PlainEvent } from '#detect/match.ts'
import { bindRuleSet, type RuleSet } from '#detect/rule-set.ts'
import type { RuleProblem } from '#detect/sigma/problem.ts'
import { createPlainStream } from '#detect/stream.ts'
import { AppError } from '#domain/errors.ts'

export type { Match, RuleProblem, RuleSet }

/**
 * The rules in files and below folders, with what is wrong with them; lists from a YAML file of names, each with its values.
 *
 * @throws AppError RULE_FILE_INVALID where there is nothing to read, or no list file.
 */
export async function readRules(paths: readonly string[], listFile?: string): Promise<RuleSet> {
  for (const path of paths) await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)))
  return bindRuleSet(await loadRules(paths), listFile === undefined ? new Map() : await readLists(listFile))
}

const Lists = z.record(z.string(), z.array(z.union([z.string(), z.number()]).transform(String)))

async function readLists(file: string): Promise<ReadonlyMap<string, string[]>> {
  try {
    return new Map(Object.entries(Lists.parse(parse(await readFile(file, 'utf8'), { maxAliasCount: 0 }))))
  } catch (error) {
    throw unreadable(file, error)
  }
}

/**
 * Every match of the rules in a file of one JSON object a line, as they are; correlations last. Calls `onBadLine` for a line
 * that is none, and goes on.
 */
export async function* detectInFile(
  rules: RuleSet,
  source: string | Readable,
  onBadLine: (line: number, why: string) => void,
): AsyncGenerator<Match> {
  const stream = createPlainStream(rules)
  for await (const { event, index } of readEvents(source, onBadLine)) yield* stream.push(event, index)
  yield* stream.end()
}

/** The events of a file, each with its zero-based line. */
async function* readEvents(
  source: string | Readable,
  onBadLine: (line: number, why: string) => void,
): AsyncGenerator<{ event: PlainEvent; index: number }> {
  const input = typeof source === 'string' ? createReadStream(source) : source
  let index = -1
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      index++
      const text = index === 0 ? line.replace(/^\uFEFF/, '') : line
      if (text.trim() === '') continue
      const event = parseEvent(text)
      if (typeof event === 'string') onBadLine(index + 1, event)
      else yield { event, index }
    }
  } catch (error) {
    if (typeof source === 'string' && error instanceof Error && 'code' in error) throw unreadable(source, error)
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
