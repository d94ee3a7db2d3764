import { once } from 'node:events'

import { type Command, Option } from 'commander'
import { z } from 'zod'

import { detectInFile, findSilentRules, readRules } from '#app/detect.ts'
import { AppError } from '#domain/errors.ts'

import { formatProblem } from './rules/problem.ts'

const Options = z.object({
  rules: z.array(z.string()),
  engine: z.enum(['stream', 'sql']),
  raw: z.boolean().default(false),
  dataset: z.string(),
  lists: z.string().optional(),
})
/** Lines that are no events are all counted, and the first told. */
const BAD_LINES_SHOWN = 20

/** `cordon detect`: rules over a file of events, without a store; one JSON line per match. */
export function detect(program: Command): void {
  program
    .command('detect')
    .description('match Sigma rules against events, one JSON object a line, and print one JSON line per match')
    .requiredOption('--rules <path>', 'a rule file, or a folder with them; may be given several times', gather)
    .addOption(
      new Option(
        '--engine <engine>',
        'what matches: predicates in memory, or SQL in an embedded ClickHouse of its own; the matches are the same',
      )
        .choices(['stream', 'sql'])
        .default('stream'),
    )
    .option('--raw', 'take events as they are: no map of field names, every rule looks at every event')
    .option('--dataset <name>', 'what the events are records of, without --raw', 'o365.audit')
    .option('--lists <file>', 'YAML: the lists that `expand` names, each with its values')
    .argument('[events]', 'events, one JSON object a line; standard input when - or absent', '-')
    .action(async (events: string, _options, command: Command) => {
      const { rules: paths, engine, lists, raw, dataset } = Options.parse(command.opts())
      const rules = await readRules(paths, lists)
      for (const problem of rules.problems) process.stderr.write(`${formatProblem(problem)}\n`)
      if (rules.rules.length === 0) throw noRules(paths)
      for (const { file, line, title, why } of raw ? [] : findSilentRules(rules.rules)) {
        process.stderr.write(`${file}:${line}: ${title}: can never fire. ${why}\n`)
      }
      let bad = 0
      const onBadLine = (line: number, why: string) => {
        if (++bad <= BAD_LINES_SHOWN) process.stderr.write(`${events}:${line}: ${why}\n`)
      }
      const source = events === '-' ? process.stdin : events
      for await (const match of detectInFile(rules, { engine, source, onBadLine, ...(!raw && { dataset }) })) {
        if (!process.stdout.write(`${JSON.stringify(match)}\n`)) await once(process.stdout, 'drain')
      }
      if (bad > 0) throw badLines(events, bad)
    })
}

/** An option of several values takes one at a time: it must not take the argument behind it as well. */
function gather(path: string, before: string[] = []): string[] {
  return [...before, path]
}

function noRules(paths: readonly string[]): AppError {
  return new AppError({
    code: 'RULE_FILE_INVALID',
    what: 'Nothing was matched.',
    why: `No rule loads from ${paths.join(', ')}.`,
    fix: 'Look at the problems with `npx cordon rules check`.',
  })
}

function badLines(events: string, count: number): AppError {
  return new AppError({
    code: 'IMPORT_FORMAT_UNKNOWN',
    what: `${count} lines of ${events} were passed by.`,
    why: 'They cannot be read as events, as told above. The other lines were matched.',
    fix: 'Give one event a line, as JSON.',
  })
}
