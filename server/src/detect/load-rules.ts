import { readdir, readFile, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'

import { assembleRules, type RuleSet } from './rule-set.ts'

export type { RuleSet } from './rule-set.ts'

/**
 * The rules in some files and below some folders: every `.yml` except `cases.yml`, in the order of their paths; hidden
 * folders are passed by. A path where nothing is holds no rules. Documents with problems are told and left out; the others
 * load.
 */
export async function loadRules(paths: readonly string[]): Promise<RuleSet> {
  return assembleRules((await Promise.all(paths.map(readRuleFiles))).flat())
}

/** The texts of the files that {@link loadRules} reads at a path. */
export async function readRuleFiles(path: string): Promise<{ file: string; text: string }[]> {
  const files = await ruleFiles(path)
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })))
}

async function ruleFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(ifAbsent(undefined))
  if (found?.isFile()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(ifAbsent([]))
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && entry.name !== 'cases.yml')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.slice(path.length).includes(`${sep}.`))
    .sort()
}

function ifAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}
