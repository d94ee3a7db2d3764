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
 * another path is that file, and gets a new version there. Two files of one name with other rules are two.
 */
export async function prepareImport(
  files: readonly RuleText[],
  { set }: TenantRules,
  parse: RuleBook['parse'],
): Promise<{ files: RuleText[]; refused: string[]; problems: RuleProblem[] }> {
  const owners = new Map<string, string>()
  const taken = new Set<string>()
  for (const { hasId, id, file } of documentsIn(set)) {
    if (!hasId) continue
    owners.set(id, file)
    taken.add(file)
  }
  const wanted = new Map<string, string>()
  const refused: string[] = []
  const problems: RuleProblem[] = []
  for (const { path, text } of files) {
    // Others wait for their requests meanwhile.
    await breathe()
    const { documents, problems: found } = parse(text, path)
    if (documents.length === 0) {
      refused.push(path)
      problems.push(...found)
      continue
    }
    const ids = documents.flatMap(({ hasId, id }) => (hasId ? [id] : []))
    const [only, another] = new Set(ids.flatMap((id) => owners.get(id) ?? []))
    const isNew = only === undefined && ids.length > 0
    const target = only !== undefined && another === undefined ? only : isNew ? freePath(path, taken) : path
    for (const id of ids) owners.set(id, target)
    taken.add(target)
    wanted.set(target, text)
  }
  return { files: [...wanted].map(([path, text]) => ({ path, text })), refused, problems }
}

/** The path, or one like it that no file with rules of other ids has. */
function freePath(path: string, taken: ReadonlySet<string>): string {
  let free = path
  for (let n = 2; taken.has(free); n++) free = `${path} (${n})`
  return free
}
