import { RuleImport } from '@cordon/api'
import type { Command } from 'commander'

import { ruleTexts } from '#app/rules/rule-texts.ts'
import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatProblem } from './problem.ts'

/** Of one request, which takes 500 files and 8 MB. */
const FILES = 200
const CHARACTERS = 2_000_000

/** `cordon rules import`: files of Sigma into a tenant. */
export function importRules(rules: Command): void {
  rules
    .command('import')
    .description('import Sigma rules into the tenant, switched off; the exit code is 1 where something does not load')
    .argument('<paths...>', 'files, or folders with them: a checkout of SigmaHQ')
    .action(async (paths: string[], _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath('/rule-imports')
      const outcome: RuleImport = { added: [], changed: [], unchanged: [], refused: [], rules: [], problems: [] }
      for (const files of portions(await ruleTexts(paths))) {
        const part = await client.send('POST', path, RuleImport, { files })
        outcome.added.push(...part.added)
        outcome.changed.push(...part.changed)
        outcome.unchanged.push(...part.unchanged)
        outcome.refused.push(...part.refused)
        outcome.rules.push(...part.rules)
        outcome.problems.push(...part.problems)
      }
      print(command, outcome, () => format(outcome))
      if (outcome.problems.some(({ severity }) => severity === 'error')) process.exitCode = 1
    })
}

function format({ added, changed, unchanged, refused, rules, problems }: RuleImport): string {
  const authors = [...new Set(rules.flatMap(({ author }) => author?.split(/,\s*/) ?? []))]
  const files = `${added.length} new, ${changed.length} changed, ${unchanged.length} as before, ${refused.length} refused`
  return [
    ...problems.map(formatProblem),
    `${rules.length} rules in ${rules.length > 0 ? 'files that are ' : 'files: '}${files}.`,
    ...(authors.length > 0 ? [`By ${authors.join(', ')}.`] : []),
    ...(added.length > 0 ? ['New rules are off: switch them on with `npx cordon rules enable <id>`.'] : []),
  ].join('\n')
}

function portions<Text extends { text: string }>(files: readonly Text[]): Text[][] {
  const all: Text[][] = []
  let size = 0
  for (const file of files) {
    size += file.text.length
    const last = all.at(-1)
    if (last && last.length < FILES && size <= CHARACTERS) last.push(file)
    else {
      all.push([file])
      size = file.text.length
    }
  }
  return all
}
