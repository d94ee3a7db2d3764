import { relative } from 'node:path'

import { readRuleFiles } from '#detect/load-rules.ts'
import type { RuleProblem } from '#detect/sigma/problem.ts'
import { AppError } from '#domain/errors.ts'

import type { BaseFile } from './tenant-rules.ts'

/** The rules that every tenant has: those that come with Cordon, and those that its operator put into the data folder. */
export async function readBaseRules(pack: string, folder: string): Promise<BaseFile[]> {
  const [shipped, put] = await Promise.all([readRuleFiles(pack), readRuleFiles(folder)])
  return [
    ...shipped.map(({ file, text }) => ({ path: relative(pack, file), text, origin: 'pack' as const })),
    ...put.map(({ file, text }) => ({ path: `rules/${relative(folder, file)}`, text, origin: 'folder' as const })),
  ]
}

/** What is told at the start of a rule that does not load. */
export function ruleLeftOut({ file, line, column, found, allowed }: RuleProblem): AppError {
  return new AppError({
    code: 'RULE_FILE_INVALID',
    what: 'A rule was left out.',
    why: `${file}:${line}:${column} has ${found}; allowed is ${allowed}.`,
    fix: `Correct ${file} and start again.`,
  })
}
