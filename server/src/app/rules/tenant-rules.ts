import { type LoadedCorrelation, type LoadedRule, assembleRules, bindRuleSet, type RuleSet } from '#detect/rule-set.ts'
import { createDetector, type Detector } from '#detect/runner.ts'
import { parseSigma } from '#detect/sigma/parse.ts'
import type { RuleFile, RuleTuning } from '#domain/rule.ts'
import type { FilledList } from '#domain/value-list.ts'

/** Where a file of rules comes from: Cordon, the folder `rules` of the data folder, or people who imported it. */
export type RuleOrigin = 'pack' | 'folder' | 'imported'

/** A file that every tenant has. */
export interface BaseFile {
  path: string
  text: string
  origin: 'pack' | 'folder'
}

/** What one tenant does differently. */
export interface TenantChoices {
  files: readonly RuleFile[]
  switches: ReadonlyMap<string, boolean>
  tunings: readonly RuleTuning[]
  lists: readonly FilledList[]
}

export interface SourceFile {
  text: string
  origin: RuleOrigin
  /** As it came with Cordon, where the tenant has a version of its own. */
  shipped?: string
}

/** The rules of a tenant, ready to work. */
export interface TenantRules {
  files: ReadonlyMap<string, SourceFile>
  /** All that load, switched on or not; with the names of lists. */
  set: RuleSet
  /** Of those, what can run: lists are in the place of their names. */
  runnable: RuleSet
  enabled: ReadonlySet<string>
  /** Those that count now. */
  tunings: readonly RuleTuning[]
  detector: Detector
  /** Those that are switched on, with the correlations that they are over; each after those. */
  correlations: readonly LoadedCorrelation[]
  /** When the next tuning or value of a list expires, ms since the epoch. */
  expiresAt: number
}

type Parse = typeof parseSigma

/** Imported rules are off until somebody switches them on; the others are on until somebody switches them off. */
export function tenantRules(
  base: readonly BaseFile[],
  choices: TenantChoices,
  now: number,
  parse: Parse = parseSigma,
): TenantRules {
  const files = filesOf(base, choices.files)
  const counts = ({ expiresAt }: { expiresAt?: string }) => expiresAt === undefined || Date.parse(expiresAt) > now
  const tunings = choices.tunings.filter(counts)
  const lists = choices.lists.map(({ name, values }) => ({ name, values: values.filter(counts) }))
  const texts = [
    ...[...files].map(([file, { text }]) => ({ file, text })),
    ...tunings.map(({ id, yaml }) => ({ file: tuningFile(id), text: yaml })),
  ]
  const set = assembleRules(texts, parse)
  const runnable = bindRuleSet(set, new Map(lists.map(({ name, values }) => [name, values.map(({ value }) => value)])))
  const isOn = ({ id, file }: LoadedRule | LoadedCorrelation) =>
    choices.switches.get(id) ?? files.get(file)?.origin !== 'imported'
  const enabled = new Set([...set.rules, ...set.correlations].filter(isOn).map(({ id }) => id))
  const correlations = withThoseUnder(runnable.correlations, enabled)
  const under = new Set(correlations.flatMap(({ rules }) => rules))
  const rules = runnable.rules
    .filter(({ id }) => enabled.has(id) || under.has(id))
    .map((rule) => ({ ...rule, alerts: rule.alerts && enabled.has(rule.id) }))
  return {
    files,
    set,
    runnable,
    enabled,
    tunings,
    correlations,
    detector: createDetector(rules, correlations),
    expiresAt: [...tunings, ...lists.flatMap(({ values }) => values)].reduce(
      (earliest, { expiresAt }) => (expiresAt === undefined ? earliest : Math.min(earliest, Date.parse(expiresAt))),
      Infinity,
    ),
  }
}

/** The file that problems of a tuning name. */
export function tuningFile(id: string): string {
  return `tuning ${id}`
}

/** A parser that remembers what it parsed: a change of one file has only that one parsed anew. */
export function rememberingParser(most = 20_000): Parse {
  const known = new Map<string, ReturnType<Parse>>()
  return (text, file) => {
    const key = `${file}\n${text}`
    const parsed = known.get(key) ?? parseSigma(text, file)
    known.delete(key)
    known.set(key, parsed)
    if (known.size > most) known.delete(known.keys().next().value!)
    return parsed
  }
}

function filesOf(base: readonly BaseFile[], own: readonly RuleFile[]): Map<string, SourceFile> {
  const files = new Map<string, SourceFile>(base.map(({ path, text, origin }) => [path, { text, origin }]))
  for (const { path, text } of own) {
    const shipped = files.get(path)
    files.set(path, shipped ? { text, origin: shipped.origin, shipped: shipped.text } : { text, origin: 'imported' })
  }
  return files
}

/** What is switched on and what that is over, in the order given; only what is switched on itself raises alerts. */
function withThoseUnder(all: readonly LoadedCorrelation[], enabled: ReadonlySet<string>): LoadedCorrelation[] {
  const needed = new Set<string>()
  // Each comes after those it is over: from the end, whoever needs one has been seen before it.
  for (const { id, rules } of all.toReversed()) {
    if (!enabled.has(id) && !needed.has(id)) continue
    needed.add(id)
    for (const rule of rules) needed.add(rule)
  }
  return all
    .filter(({ id }) => needed.has(id))
    .map((each) => ({ ...each, alerts: each.alerts && enabled.has(each.id) }))
}
