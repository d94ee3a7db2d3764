import type { LoadedCorrelation, LoadedRule } from './rule-set.ts'
import type { RuleExpression } from './sigma/documents.ts'
import type { RuleProblem } from './sigma/problem.ts'

type Referred = LoadedRule | LoadedCorrelation

/** Correlations over correlations: each event goes up through all of them. */
const MAX_HEIGHT = 20

/**
 * Correlations with their references resolved to ids, each after those it refers to. One that refers to nothing, to itself
 * or to one that is wrong is a problem, and left out.
 */
export function resolveCorrelations(
  rules: ReadonlyMap<string, LoadedRule>,
  correlations: ReadonlyMap<string, LoadedCorrelation>,
  problems: RuleProblem[],
): LoadedCorrelation[] {
  const find = finder([...rules.values(), ...correlations.values()])
  const waiting = new Map<string, LoadedCorrelation>()
  for (const correlation of correlations.values()) {
    const resolved = resolve(correlation, find, problems)
    if (resolved) waiting.set(correlation.id, resolved)
  }
  const ready: LoadedCorrelation[] = []
  /** How many correlations stand under each. */
  const known = new Map([...rules.keys()].map((id) => [id, 0]))
  for (let before = -1; before < ready.length;) {
    before = ready.length
    for (const correlation of waiting.values()) {
      const below = Math.max(...correlation.rules.map((id) => known.get(id) ?? Infinity))
      if (below >= MAX_HEIGHT) continue
      waiting.delete(correlation.id)
      known.set(correlation.id, below + 1)
      ready.push(correlation)
    }
  }
  for (const { rules: named, file, line } of waiting.values()) {
    const unknown = named.filter((id) => !known.has(id)).join(', ')
    const [found, allowed] =
      unknown === ''
        ? [`a correlation over ${MAX_HEIGHT} others, each over the next`, 'fewer of them']
        : [`a correlation over itself, or over one that is left out: ${unknown}`, 'rules that do not lead back to it']
    problems.push({ file, line, column: 1, severity: 'error', found, allowed })
  }
  return ready
}

type Find = (reference: string, file: string) => readonly Referred[]

/** What a reference means: an id; else a name in the same file; else a name anywhere. */
function finder(all: readonly Referred[]): Find {
  const byId = new Map(all.map((each) => [each.id, each]))
  const byName = Map.groupBy(all, ({ name }) => name)
  return (reference, file) => {
    const byItsId = byId.get(reference)
    const named = byName.get(reference) ?? []
    const near = named.filter((each) => each.file === file)
    if (near.length > 0) return near
    return byItsId ? [byItsId] : named
  }
}

function resolve(correlation: LoadedCorrelation, find: Find, problems: RuleProblem[]): LoadedCorrelation | undefined {
  const { file, places, line } = correlation
  const ids = new Map<string, string>()
  for (const reference of correlation.rules) {
    const [found, second] = find(reference, file)
    if (found && !second) ids.set(reference, found.id)
    else {
      const what = second
        ? `\`${reference}\`, which several rules are called`
        : `\`${reference}\`, which no rule is called`
      const allowed = second ? 'an id' : 'the id or name of a rule that loads'
      problems.push({ file, ...places[reference]!, severity: 'error', found: what, allowed })
    }
  }
  const aliases = resolveAliases(correlation, ids, find)
  for (const reference of aliases.unknown) {
    const found = `an alias for \`${reference}\``
    problems.push({ file, line, column: 1, severity: 'error', found, allowed: 'rules that the correlation is over' })
  }
  if (ids.size < correlation.rules.length || aliases.unknown.length > 0) return undefined
  const { condition } = correlation
  return {
    ...correlation,
    rules: [...new Set(ids.values())],
    aliases: aliases.resolved,
    condition:
      condition.kind === 'rules' ? { kind: 'rules', expression: rename(condition.expression, ids) } : condition,
  }
}

/** Aliases may call a rule by its name where `rules` has its id, and the other way round. */
function resolveAliases({ aliases, file }: LoadedCorrelation, ids: ReadonlyMap<string, string>, find: Find) {
  const unknown: string[] = []
  const used = new Set(ids.values())
  const resolved = Object.entries(aliases).map(([alias, fields]) => {
    const own = Object.entries(fields).map(([reference, field]) => {
      const id = ids.get(reference) ?? find(reference, file).find((each) => used.has(each.id))?.id
      if (id === undefined) unknown.push(reference)
      return [id ?? reference, field] as const
    })
    return [alias, Object.fromEntries(own)] as const
  })
  return { resolved: Object.fromEntries(resolved), unknown }
}

function rename(expression: RuleExpression, ids: ReadonlyMap<string, string>): RuleExpression {
  if (expression.kind === 'rule') return { kind: 'rule', rule: ids.get(expression.rule)! }
  if (expression.kind === 'not') return { kind: 'not', term: rename(expression.term, ids) }
  return { ...expression, terms: expression.terms.map((term) => rename(term, ids)) }
}
