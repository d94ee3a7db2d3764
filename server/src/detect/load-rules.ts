import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { SigmaCorrelation } from './sigma/documents.ts'
import { parseRule, type SigmaRule } from './sigma/rule.ts'
import type { RuleProblem } from './sigma/problem.ts'

/** What rule files come to: filters are applied to the rules they fit, references are ids. */
export interface RuleSet {
  rules: LoadedRule[]
  correlations: LoadedCorrelation[]
  problems: RuleProblem[]
}

export interface LoadedRule extends SigmaRule {
  file: string
}

/** `rules`, `aliases` and a `condition` over rules name them by id; what they name is in the same set. */
export interface LoadedCorrelation extends SigmaCorrelation {
  file: string
}

/**
 * The rules below some folders: every `.yml` except `cases.yml`, in the order of their paths. A folder that does not exist
 * holds no rules. A file with problems yields them all and no rule; the others load.
 */
export async function loadRules(folders: readonly string[]): Promise<RuleSet> {
  const rules = new Map<string, LoadedRule>()
  const problems: RuleProblem[] = []
  for (const folder of folders) {
    for (const file of await ruleFiles(folder)) {
      const parsed = parseRule(await readFile(file, 'utf8'), file)
      problems.push(...parsed.problems)
      if (parsed.rule === undefined) continue
      const earlier = rules.get(parsed.rule.id)
      if (earlier === undefined) rules.set(parsed.rule.id, { ...parsed.rule, file })
      else problems.push({ file, line: 0, column: 0, found: `the id of ${earlier.file}`, allowed: 'an id of its own' })
    }
  }
  return { rules: [...rules.values()], correlations: [], problems }
}

async function ruleFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && entry.name !== 'cases.yml')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
