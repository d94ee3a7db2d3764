import { styleText } from 'node:util'

import type { Command } from 'commander'
import { z } from 'zod'

import { type Explained, explainFile, type Explanation } from '#app/explain-rules.ts'
import { print } from '#cli/output.ts'

const Options = z.object({
  raw: z.boolean().default(false),
  dataset: z.string(),
  lists: z.string().optional(),
})

/** `cordon rules explain`: why rules match an event or do not, leaf by leaf. */
export function explainRules(rules: Command): void {
  rules
    .command('explain')
    .description(
      'why rules match an event or do not: each value absent, mismatched or matched; correlations by their rules',
    )
    .argument('<rule>', 'a rule file, or a folder with them')
    .argument('<event>', 'a file with one event as JSON; standard input when -')
    .option('--raw', 'take the event as it is: no map of field names')
    .option('--dataset <name>', 'what the event is a record of, without --raw', 'o365.audit')
    .option('--lists <file>', 'YAML: the lists that `expand` names, each with its values')
    .action(async (rule: string, event: string, _options, command: Command) => {
      const { raw, dataset, lists } = Options.parse(command.opts())
      const explanations = await explainFile(rule, event, { lists, ...(!raw && { dataset }) })
      print(command, explanations, () => explanations.map(formatExplanation).join('\n'))
    })
}

function formatExplanation({ title, matched, passedBy, tree, further }: Explanation): string {
  const head = `${matched ? styleText('green', 'matches') : styleText('red', 'does not match')}  ${title}\n`
  const told = [passedBy, further && `It further asks: ${further}`].flatMap((each) => (each ? [`  ${each}\n`] : []))
  return head + told.join('') + (tree === undefined ? '' : formatTree(tree, 1))
}

function formatTree(node: Explained, depth: number): string {
  const indent = '  '.repeat(depth)
  if (node.kind !== 'leaf') {
    const inner = node.terms.map((term) => formatTree(term, depth + 1)).join('')
    return `${indent}${mark(node.matched)} ${node.kind}\n${inner}`
  }
  const { field, verdict, values, more } = node
  const held =
    values.length === 0 ? '' : `: ${JSON.stringify(values).slice(1, -1)}${more > 0 ? `, and ${more} more` : ''}`
  return `${indent}${mark(node.matched)} ${field ?? 'any value'} ${node.asks}  ${styleText('dim', `${verdict}${held}`)}\n`
}

function mark(matched: boolean): string {
  return matched ? styleText('green', '✓') : styleText('red', '✗')
}
