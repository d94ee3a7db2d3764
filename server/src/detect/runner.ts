import type { Detection } from '#domain/alert.ts'
import { fieldAt, type NormalizedEvent } from '#domain/event.ts'
import type { CorrelationHit } from '#domain/rule.ts'

import { fieldsOf } from './correlate/correlator.ts'
import { createMatcher } from './matcher.ts'
import { microsoftDetection } from './microsoft-alert.ts'
import type { LoadedCorrelation, LoadedRule } from './rule-set.ts'

/** Rules at work on the stream, one event at a time. */
export interface Detector {
  /** The rules that can match something Cordon collects. */
  readonly rules: readonly LoadedRule[]
  /** The same event again gives the same. */
  detect(event: NormalizedEvent): Detected
}

export interface Detected {
  /** One for every rule that matches, and for an alert of Microsoft's own. */
  detections: Detection[]
  /** What correlations over the rules that matched have to remember. */
  hit?: CorrelationHit
}

/** Compiles the rules; those that can never match are left out (see `rules`). */
export function createDetector(
  rules: readonly LoadedRule[],
  correlations: readonly LoadedCorrelation[] = [],
): Detector {
  const matcher = createMatcher(rules)
  const fields = fieldsByRule(correlations)
  return {
    rules: matcher.rules,
    detect(normalized) {
      const { rules: matched, texts } = matcher.match(normalized)
      const { event } = normalized
      const detections = matched.filter(({ alerts }) => alerts).map((rule) => toDetection(rule, event))
      const raised = microsoftDetection(event)
      if (raised) detections.push(raised)
      const concerned = matched.flatMap(({ id }) => (fields.has(id) ? [id] : []))
      if (concerned.length === 0) return { detections }
      const hit: CorrelationHit = {
        eventId: event.event.id,
        time: event['@timestamp'],
        rules: concerned,
        facts: factsOf(concerned, fields, texts),
        sentence: event.message,
      }
      return { detections, hit }
    },
  }
}

/** What correlations ask the events of a rule for, those above other correlations included. */
function fieldsByRule(correlations: readonly LoadedCorrelation[]): ReadonlyMap<string, ReadonlySet<string>> {
  const fields = new Map<string, Set<string>>()
  // Each comes after those it is over.
  for (const correlation of correlations.toReversed()) {
    const asked = [...fieldsOf(correlation), ...(fields.get(correlation.id) ?? [])]
    for (const rule of correlation.rules) fields.set(rule, new Set([...(fields.get(rule) ?? []), ...asked]))
  }
  return fields
}

/** What correlations ask for, where the event has it. */
function factsOf(
  rules: readonly string[],
  fields: ReadonlyMap<string, ReadonlySet<string>>,
  texts: (field: string) => readonly string[],
): CorrelationHit['facts'] {
  const facts = new Map<string, string[]>()
  for (const rule of rules) {
    for (const field of fields.get(rule)!) {
      const values = facts.has(field) ? [] : texts(field)
      if (values.length > 0) facts.set(field, [...values])
    }
  }
  return Object.fromEntries(facts)
}

function toDetection(rule: LoadedRule, event: NormalizedEvent['event']): Detection {
  const { id, title, level, attack } = rule
  return {
    ruleId: id,
    ruleTitle: title,
    severity: level,
    attack,
    groupKey: groupKey(rule, event),
    eventId: event.event.id,
    eventTime: event['@timestamp'],
    sentence: event.message,
  }
}

/** Without `cordon.group-by` an alert gathers what one user did, or one address, or stands for its one event. */
function groupKey(rule: LoadedRule, event: NormalizedEvent['event']): string {
  const named = rule.groupBy.map((field) => fieldAt(event, field))
  if (named.length > 0 && named.every((value) => value !== undefined))
    return named.map(String).join(' · ').toLowerCase()
  const subject =
    fieldAt(event, 'user.email') ??
    fieldAt(event, 'user.name') ??
    fieldAt(event, 'user.id') ??
    fieldAt(event, 'source.ip')
  return String(subject ?? event.event.id).toLowerCase()
}
