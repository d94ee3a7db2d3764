import { setImmediate as breathe } from 'node:timers/promises'

import type { RuleProblem } from '#detect/sigma/problem.ts'

import type { RuleBook } from './rule-book.ts'
import { documentsIn } from './summary.ts'
import type { TenantRules } from './tenant-rules.ts'

export interface RuleText {
  path: string
  text: string
}

/** What became of files that were imported. */
export interface ImportedRules {
  added: string[]
  changed: string[]
  unchanged: string[]
  /** Nothing in them loads. */
  refused: string[]
  /** All that load from the files. */
  rules: { id: string; title: string; author?: string; path: string }[]
  problems: RuleProblem[]
}

/**
 * What of files can be imported, under which paths. A collection of rules moves its files about: one whose rules are known under
 * another path is that file, and gets a new version there.
 */
export async function prepareImport(
  files: readonly RuleText[],
  { set }: TenantRules,
  parse: RuleBook['parse'],
): Promise<{ files: RuleText[]; refused: string[]; problems: RuleProblem[] }> {
  const fileOf = new Map(documentsIn(set).flatMap(({ hasId, id, file }) => (hasId ? [[id, file] as const] : [])))
  const wanted = new Map<string, string>()
  const refused: string[] = []
  const problems: RuleProblem[] = []
  for (const { path, text } of files) {
    // Others wait for their requests meanwhile.
    await breathe()
    const parsed = parse(text, path)
    if (parsed.documents.length === 0) {
      refused.push(path)
      problems.push(...parsed.problems)
      continue
    }
    const known = new Set(parsed.documents.flatMap(({ hasId, id }) => (hasId ? (fileOf.get(id) ?? []) : [])))
    const [only] = known
    wanted.set(only !== undefined && known.size === 1 ? only : path, text)
  }
  return { files: [...wanted].map(([path, text]) => ({ path, text })), refused, problems }
}
