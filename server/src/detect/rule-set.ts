import { divide } from './judgments.ts'
import type { Judgment, Logsource, SigmaCorrelation, SigmaDocument, SigmaFilter, SigmaRule } from './sigma/documents.ts'
import { join } from './sigma/expression.ts'
import { bindLists, type Lists, listsOf } from './sigma/lists.ts'
import { parseSigma } from './sigma/parse.ts'
import type { RuleProblem } from './sigma/problem.ts'
import { resolveCorrelations } from './references.ts'

/** What rule files come to: filters are applied to the rules they fit, references are ids. */
export interface RuleSet {
  rules: LoadedRule[]
  correlations: LoadedCorrelation[]
  problems: RuleProblem[]
}

/** Where a document was found, and whether it raises alerts or only serves a correlation of the same file. */
export interface Loaded {
  file: string
  alerts: boolean
}

export interface LoadedRule extends SigmaRule, Loaded {
  /** Ids of the filters whose expressions are part of the rule's. */
  filters: string[]
  /** The id of the document that it is the part of single events of: see judgments.ts. */
  partOf?: string
}

/** `rules`, `aliases` and a `condition` over rules name them by id; what they name is in the same set. */
export interface LoadedCorrelation extends SigmaCorrelation, Loaded {
  /** What it was in the document that it came of: see judgments.ts. */
  judgment?: Judgment
}

/** The rules of some files together. What is wrong is left out and told; the rest is given. `parse` may remember files. */
export function assembleRules(files: Iterable<{ file: string; text: string }>, parse = parseSigma): RuleSet {
  const problems: RuleProblem[] = []
  const rules = new Map<string, LoadedRule>()
  const correlations = new Map<string, LoadedCorrelation>()
  const filters: (SigmaFilter & { file: string })[] = []
  for (const { file, text } of files) {
    const parsed = parse(text, file)
    problems.push(...parsed.problems)
    for (const document of parsed.documents) {
      const id = ownId(document, file, rules.get(document.id) ?? correlations.get(document.id), problems)
      if (id === undefined) continue
      if (document.kind === 'rule') rules.set(id, { ...document, id, file, alerts: true, filters: [] })
      else if (document.kind === 'correlation') correlations.set(id, { ...document, id, file, alerts: true })
      else filters.push({ ...document, file })
    }
  }
  for (const filter of filters) applyFilter(filter, rules, problems)
  for (const rule of rules.values()) {
    // The parts are among those to come.
    if (rule.judgment === undefined || rule.partOf !== undefined) continue
    const [part, judging] = divide(rule, rule.judgment)
    rules.delete(rule.id)
    if (rules.has(part.id) || correlations.has(part.id)) {
      const found = `a rule that needs the id \`${part.id}\`, which is taken`
      problems.push({ file: rule.file, line: rule.line, column: 1, severity: 'error', found, allowed: 'another id' })
    } else {
      rules.set(part.id, part)
      correlations.set(judging.id, judging)
    }
  }
  const resolved = resolveCorrelations(rules, correlations, problems)
  const judging = new Set(resolved.map(({ id }) => id))
  for (const { id, partOf } of rules.values()) if (partOf !== undefined && !judging.has(partOf)) rules.delete(id)
  for (const { file, rules: used, generate } of resolved) {
    for (const each of generate ? [] : used) {
      // A rule of another file is somebody else's, and goes on as its author meant it.
      const loaded = rules.get(each) ?? resolved.find(({ id }) => id === each)!
      if (loaded.file === file) loaded.alerts = false
    }
  }
  return { rules: [...rules.values()], correlations: resolved, problems }
}

/** The id under which a document is known. One that says none gets the place it stands at when its title is taken. */
function ownId(
  { id, hasId, line, kind }: SigmaDocument,
  file: string,
  earlier: Loaded | undefined,
  problems: RuleProblem[],
): string | undefined {
  if (earlier === undefined || kind === 'filter') return id
  if (!hasId) return `${id} (${file}:${line})`
  const found = `the id of ${earlier.file}`
  problems.push({ file, line, column: 1, severity: 'error', found, allowed: 'an id of its own' })
  return undefined
}

/** Joins a filter to every rule that it names and whose events it is about. */
function applyFilter(
  filter: SigmaFilter & { file: string },
  rules: Map<string, LoadedRule>,
  problems: RuleProblem[],
): void {
  const named = filter.rules
  const used = new Set<string>()
  for (const rule of rules.values()) {
    const reference = named === 'any' ? 'any' : named.find((each) => each === rule.id || each === rule.name)
    if (reference === undefined) continue
    used.add(reference)
    if (!covers(filter.logsource, rule.logsource)) continue
    rule.expression = join('and', [rule.expression, filter.expression])
    rule.filters.push(filter.id)
  }
  if (named === 'any') return
  for (const reference of named.filter((each) => !used.has(each))) {
    const { file, places } = filter
    const found = `\`${reference}\`, which no rule is called`
    problems.push({ file, ...places[reference]!, severity: 'warning', found, allowed: 'the id or name of a rule' })
  }
}

/** Whether everything that a filter asks of a logsource is so in a rule's; a filter may ask for less. */
function covers(filter: Logsource, rule: Logsource): boolean {
  return (['product', 'service', 'category'] as const).every(
    (key) => filter[key] === undefined || filter[key].toLowerCase() === rule[key]?.toLowerCase(),
  )
}

/** The set with lists in the place of their names. A rule that names one which is not given is a problem, and left out. */
export function bindRuleSet(set: RuleSet, lists: Lists): RuleSet {
  const problems = [...set.problems]
  const rules = set.rules.flatMap((rule) => {
    const missing = listsOf(rule.expression).filter((name) => !lists.has(name))
    const { file, line } = rule
    for (const name of missing) {
      const found = `%${name}%, a list that is not given`
      problems.push({
        file,
        line,
        column: 1,
        severity: 'error',
        found,
        allowed: [...lists.keys()].join(', ') || 'no list',
      })
    }
    return missing.length > 0 ? [] : [{ ...rule, expression: bindLists(rule.expression, lists) }]
  })
  const known = new Set(rules.map(({ id }) => id))
  const correlations = set.correlations.filter(
    ({ id, rules: over }) => over.every((each) => known.has(each)) && known.add(id),
  )
  return { rules, correlations, problems }
}
