import type { Detection } from '#domain/alert.ts'
import { fieldAt, type NormalizedEvent } from '#domain/event.ts'

import { Reading } from './compile/reading.ts'
import { type Predicate, toPredicate } from './compile/to-predicate.ts'
import { eventFields, findLogsource, type Logsource } from './fields.ts'
import type { LoadedRule } from './load-rules.ts'

/** Rules at work on the stream. */
export interface Detector {
  /** The rules that can match something Cordon collects. */
  readonly rules: readonly LoadedRule[]
  /** A detection for every rule that matches. The same event always gives the same detections. */
  detect(event: NormalizedEvent): Detection[]
}

interface CompiledRule {
  rule: LoadedRule
  matches: Predicate
}

/** Compiles the rules; those whose logsource names nothing that Cordon collects are left out (see `rules`). */
export function createDetector(rules: readonly LoadedRule[]): Detector {
  const bySource = new Map<Logsource, CompiledRule[]>()
  const known: LoadedRule[] = []
  for (const rule of rules) {
    const logsource = findLogsource(rule.logsource)
    if (logsource === undefined) continue
    known.push(rule)
    const compiled = { rule, matches: toPredicate(rule.expression) }
    bySource.set(logsource, [...(bySource.get(logsource) ?? []), compiled])
  }
  const byDataset = Map.groupBy(
    [...bySource].flatMap(([logsource, compiled]) =>
      logsource.datasets.map((dataset) => ({ dataset, logsource, compiled })),
    ),
    ({ dataset }) => dataset,
  )

  return {
    rules: known,
    detect(event) {
      const detections: Detection[] = []
      for (const { logsource, compiled } of byDataset.get(event.event.event.dataset) ?? []) {
        const reading = new Reading(eventFields(event, logsource))
        for (const { rule, matches } of compiled) if (matches(reading)) detections.push(toDetection(rule, event))
      }
      return detections
    },
  }
}

function toDetection(rule: LoadedRule, { event }: NormalizedEvent): Detection {
  return {
    ruleId: rule.id,
    ruleTitle: rule.title,
    severity: rule.level,
    attack: rule.attack,
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
