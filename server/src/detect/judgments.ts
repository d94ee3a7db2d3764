import type { KnownUntil } from './correlate/absence.ts'
import type { JudgedFrom } from './correlate/correlator.ts'
import type { LoadedCorrelation, LoadedRule } from './rule-set.ts'
import type { Judgment, SigmaCorrelation } from './sigma/documents.ts'

/** Where an event says that it happened: degrees, as ECS has them. */
export const PLACE_FIELDS = ['source.geo.location.lat', 'source.geo.location.lon'] as const

/**
 * A rule that judges what it matches together, as what the engines know: the rule of single events, which raises no alerts, and
 * a correlation over it (and what should follow it), which is what the document is known as.
 */
export function divide(rule: LoadedRule, judgment: Judgment): [LoadedRule, LoadedCorrelation] {
  const { name, filters, logsource, expression, groupBy, ...head } = rule
  const part: LoadedRule = {
    ...head,
    id: `${rule.id}:events`,
    partOf: rule.id,
    alerts: false,
    filters,
    logsource,
    expression,
    groupBy,
  }
  const { rules = [], places = {}, aliases = {} } = judgment.type === 'absence' ? judgment : {}
  const correlation: LoadedCorrelation = {
    ...head,
    ...(name !== undefined && { name }),
    kind: 'correlation',
    generate: false,
    ...askedBy(judgment),
    rules: [part.id, ...rules],
    places: { ...places, [part.id]: { line: rule.line, column: 1 } },
    aliases: Object.fromEntries(
      Object.entries(aliases).map(([alias, fields]) => [alias, renamed(fields, rule, part.id)]),
    ),
  }
  return [part, correlation]
}

/** Aliases name the rule as people do. */
function renamed(
  fields: Readonly<Record<string, string>>,
  { id, name }: LoadedRule,
  part: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([rule, field]) => [rule === id || rule === name ? part : rule, field]),
  )
}

type Asked = Pick<
  SigmaCorrelation,
  'type' | 'groupBy' | 'timespanS' | 'fields' | 'condition' | 'learningS' | 'fartherThanKm' | 'latenessS'
>

function askedBy(judgment: Judgment): Asked {
  if (judgment.type !== 'speed') return { ...judgment, fields: [], condition: { kind: 'threshold', all: [] } }
  const { fasterThanKmh, ...asked } = judgment
  const fields = [...PLACE_FIELDS]
  return { ...asked, fields, condition: { kind: 'threshold', all: [{ operator: 'gt', value: fasterThanKmh }] } }
}

/** From when on correlations say what they come to, where the history of events begins at a moment: they learn first. */
export function judgedSince(correlations: readonly LoadedCorrelation[], since: number): JudgedFrom {
  return new Map(
    correlations.flatMap(({ id, learningS }) => (learningS === undefined ? [] : [[id, since + learningS * 1000]])),
  )
}

/** Until when what happened is known to correlations that ask what did not come, where all of it is known until a moment. */
export function knownAt(correlations: readonly LoadedCorrelation[], until: number): KnownUntil {
  return new Map(correlations.flatMap(({ id, type }) => (type === 'absence' ? [[id, until]] : [])))
}
