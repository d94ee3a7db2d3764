import type { Command } from 'commander'
import { z } from 'zod'

import { findSilentRules, meaningsIn, readRules, type SilentRule } from '#app/detect.ts'
import { print } from '#cli/output.ts'

import { formatProblem } from './problem.ts'

const Options = z.object({ lists: z.string().optional(), canFire: z.boolean().default(false) })

/** `cordon rules check`: what is wrong with rule files, all of it at once. */
export function checkRules(rules: Command): void {
  rules
    .command('check')
    .description('list what is wrong with Sigma rules; the exit code is 1 where a rule does not load')
    .argument('<paths...>', 'files, or folders with them')
    .option('--lists <file>', 'YAML: the lists that `expand` names, each with its values')
    .option('--can-fire', 'list as well which rules load and can never fire, and why')
    .action(async (paths: string[], _options, command: Command) => {
      const { lists, canFire } = Options.parse(command.opts())
      const { rules: loaded, correlations, problems } = await readRules(paths, lists)
      const meanings = meaningsIn({ correlations })
      const silent = canFire ? findSilentRules(loaded) : []
      print(command, canFire ? { problems, silent } : problems, () =>
        [
          ...problems.map(formatProblem),
          ...silent.map(formatSilent),
          ...meanings.map(({ file, line, title, means }) => `${file}:${line}: ${title}: ${means}`),
          `${loaded.length} rules and ${correlations.length - meanings.length} correlations load.`,
          ...(canFire ? [`${loaded.length - silent.length} of the rules can fire.`] : []),
        ].join('\n'),
      )
      if (problems.some(({ severity }) => severity === 'error')) process.exitCode = 1
    })
}

function formatSilent({ file, line, title, why }: SilentRule): string {
  return `${file}:${line}: ${title}: can never fire. ${why}`
}
