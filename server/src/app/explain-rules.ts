import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'

import { explain } from '#detect/explain/explain.ts'
import type { Explained, Explanation } from '#detect/explain/explanation.ts'
import { normalizedReader, plainReader } from '#detect/vocabulary.ts'
import { AppError } from '#domain/errors.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

import { readRules } from './detect.ts'

export type { Explained, Explanation }

/**
 * Why each rule of a file, or below a folder, matches the event of a file or does not. With a dataset the event is a record
 * of it; without it is taken as it is.
 *
 * @throws AppError RULE_FILE_INVALID, IMPORT_FORMAT_UNKNOWN where the event cannot be read, DATASET_NAME_UNKNOWN.
 */
export async function explainFile(
  rulePath: string,
  eventPath: string,
  { dataset, lists }: { dataset?: string; lists?: string | undefined },
): Promise<Explanation[]> {
  const { rules, problems } = await readRules([rulePath], lists)
  const problem = problems.find(({ severity }) => severity === 'error')
  if (rules.length === 0 && problem) {
    throw unexplained(
      'RULE_FILE_INVALID',
      `${problem.file}:${problem.line}: found ${problem.found}; allowed: ${problem.allowed}.`,
    )
  }
  const event = await readEvent(eventPath)
  if (dataset === undefined) return rules.map((rule) => explain(rule, event, plainReader))
  const outcome = normalizeRecord(dataset, JSON.stringify(event))
  if (outcome.outcome !== 'kept') {
    const why = outcome.outcome === 'dropped' ? outcome.reason : `${outcome.step}: ${outcome.error}`
    throw unexplained('IMPORT_FORMAT_UNKNOWN', `${eventPath} is no record of ${dataset}: ${why}`)
  }
  return rules.map((rule) => explain(rule, outcome, normalizedReader))
}

async function readEvent(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(path === '-' ? await text(process.stdin) : await readFile(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    throw unexplained('IMPORT_FORMAT_UNKNOWN', error instanceof Error ? `${path}: ${error.message}` : path)
  }
  throw unexplained('IMPORT_FORMAT_UNKNOWN', `${path} holds no JSON object.`)
}

function unexplained(code: 'RULE_FILE_INVALID' | 'IMPORT_FORMAT_UNKNOWN', why: string): AppError {
  return new AppError({
    code,
    what: 'Nothing was explained.',
    why,
    fix: 'Give a rule that loads (`npx cordon rules check`) and one event as JSON.',
  })
}
