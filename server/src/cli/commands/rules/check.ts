import type { Command } from 'commander'
import { z } from 'zod'

import { readRules } from '#app/detect.ts'
import { print } from '#cli/output.ts'

import { formatProblem } from './problem.ts'

const Options = z.object({ lists: z.string().optional() })

/** `cordon rules check`: what is wrong with rule files, all of it at once. */
export function checkRules(rules: Command): void {
  rules
    .command('check')
    .description('list what is wrong with Sigma rules; the exit code is 1 where a rule does not load')
    .argument('<paths...>', 'files, or folders with them')
    .option('--lists <file>', 'YAML: the lists that `expand` names, each with its values')
    .action(async (paths: string[], _options, command: Command) => {
      const { lists } = Options.parse(command.opts())
      const { rules: loaded, correlations, problems } = await readRules(paths, lists)
      print(command, problems, () =>
        [...problems.map(formatProblem), `${loaded.length} rules and ${correlations.length} correlations load.`].join(
          '\n',
        ),
      )
      if (problems.some(({ severity }) => severity === 'error')) process.exitCode = 1
    })
}
