/**
 * How many of some rules can fire on what Cordon collects, by logsource, and why the others cannot. Lists that `expand` names
 * are not given, so that rules with one count among those that cannot.
 *
 *     node tools/sigma-can-fire.ts ../shared/data/sigma/rules ../shared/data/sigma/rules-placeholder
 */
import { loadRules, whyNeverFires } from '@cordon/server/reference'

const { rules } = await loadRules(process.argv.slice(2))
const judged = rules.map((rule) => ({ rule, why: whyNeverFires(rule) }))
for (const [logsource, each] of Map.groupBy(judged, ({ rule }) => Object.values(rule.logsource).join(' '))) {
  const silent = each.filter(({ why }) => why !== undefined)
  process.stdout.write(`${logsource}: ${each.length - silent.length} of ${each.length} can fire\n`)
  for (const { rule, why } of silent) process.stdout.write(`    ${rule.title}: ${why}\n`)
}
const able = judged.filter(({ why }) => why === undefined).length
process.stdout.write(`${able} of ${judged.length} can fire\n`)
