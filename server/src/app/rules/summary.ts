import { answersOf } from '#detect/correlate/absence.ts'
import { whyNeverFires } from '#detect/fields/can-fire.ts'
import type { LoadedCorrelation, LoadedRule, RuleSet } from '#detect/rule-set.ts'
import type { Severity } from '#domain/alert.ts'
import type { RuleNoise } from '#domain/rule.ts'

import type { RuleOrigin, TenantRules } from './tenant-rules.ts'

/** A rule as lists show it. */
export interface RuleSummary {
  id: string
  title: string
  kind: 'rule' | 'correlation'
  level: Severity
  status?: string
  author?: string
  license?: string
  logsource: string
  attack: string[]
  path: string
  origin: RuleOrigin
  /** The tenant has a version of its own of a file that came with Cordon. */
  isChanged: boolean
  isEnabled: boolean
  /** It only serves a correlation. */
  isPart: boolean
  tunings: number
  neverFires?: string
  noise: { days: number[]; closedAsFalse: number; closedAsTrue: number }
}

/** Rules and correlations alike, as people wrote them: without the parts that a document was divided into. */
export function documentsIn({ rules, correlations }: RuleSet): (LoadedRule | LoadedCorrelation)[] {
  return [...rules.filter(({ partOf }) => partOf === undefined), ...correlations]
}

const BY_TITLE = new Intl.Collator('en')

/** By title. @param days the days that noise is told of, oldest first. */
export function summarize(rules: TenantRules, noise: readonly RuleNoise[], days: readonly string[]): RuleSummary[] {
  const noiseOf = new Map(noise.map((each) => [each.ruleId, each]))
  const reasons = reasonsIn(rules)
  return documentsIn(rules.set)
    .map((document) => {
      const { id, title, kind, level, status, author, license, attack, file } = document
      const { origin, shipped } = rules.files.get(file)!
      const made = noiseOf.get(id)
      const reason = reasons.get(id)
      return {
        id,
        title,
        kind,
        level,
        ...(status !== undefined && { status }),
        ...(author !== undefined && { author }),
        ...(license !== undefined && { license }),
        logsource: sourceOf(document, rules.set),
        attack,
        path: file,
        origin,
        isChanged: shipped !== undefined,
        isEnabled: rules.enabled.has(id),
        isPart: !document.alerts,
        tunings: rules.tunings.filter(({ ruleId }) => ruleId === id).length,
        ...(reason !== undefined && { neverFires: reason }),
        noise: {
          days: days.map((day) => made?.days[day] ?? 0),
          closedAsFalse: made?.closedAsFalse ?? 0,
          closedAsTrue: made?.closedAsTrue ?? 0,
        },
      }
    })
    .toSorted((a, b) => BY_TITLE.compare(a.title, b.title))
}

/** Of a correlation its type; of a document that was divided what it says itself. */
function sourceOf(document: LoadedRule | LoadedCorrelation, { rules }: RuleSet): string {
  const told = ({ logsource }: LoadedRule) => Object.values(logsource).join(' · ')
  if (document.kind === 'rule') return told(document)
  const part = rules.find(({ partOf }) => partOf === document.id)
  return part ? told(part) : document.type
}

/** Rules stay as they are: it is found out once. */
const reasonsKnown = new WeakMap<TenantRules, Map<string, string>>()

function reasonsIn(rules: TenantRules): Map<string, string> {
  const reasons = reasonsKnown.get(rules) ?? reasonsOf(rules.set)
  reasonsKnown.set(rules, reasons)
  return reasons
}

/** Why rules can match nothing here, by id; those that can are left out. */
function reasonsOf({ rules, correlations }: RuleSet): Map<string, string> {
  const reasons = new Map<string, string>()
  for (const rule of rules) {
    const reason = whyNeverFires(rule)
    if (reason !== undefined) reasons.set(rule.id, reason)
  }
  for (const { id, type, rules: over } of correlations) {
    // What an event is to be followed by says nothing alone; and where that is never collected, nobody knows that it did not come.
    const needed = type === 'absence' ? [over.slice(0, 1), answersOf(over)] : [over]
    const silent = needed.find((some) => some.every((each) => reasons.has(each)))
    if (silent) reasons.set(id, `Nothing that it is over can fire. ${reasons.get(silent[0]!)}`)
  }
  return reasons
}
