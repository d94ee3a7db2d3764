import { stat } from 'node:fs/promises'
import { dirname, relative } from 'node:path'

import { readRuleFiles } from '#detect/load-rules.ts'
import { AppError } from '#domain/errors.ts'

import type { RuleText } from './import.ts'

/**
 * The files of rules in some paths, each named as seen from the folder that was given.
 *
 * @throws AppError RULE_FILE_INVALID where there is nothing to read.
 */
export async function ruleTexts(paths: readonly string[]): Promise<RuleText[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch((error: Error) => Promise.reject(unreadable(path, error)))
      const folder = found.isFile() ? dirname(path) : path
      const files = await readRuleFiles(path)
      return files.map(({ file, text }) => ({ path: relative(folder, file), text }))
    }),
  )
  return all.flat()
}

function unreadable(path: string, error: Error): AppError {
  return new AppError({
    code: 'RULE_FILE_INVALID',
    what: `Could not read ${path}.`,
    why: error.message,
    fix: 'Name a file, or a folder with files.',
    cause: error,
  })
}
