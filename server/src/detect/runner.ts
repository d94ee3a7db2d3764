import type { Detection } from '#domain/alert.ts'
import { fieldAt, type NormalizedEvent } from '#domain/event.ts'

import { type Predicate, toPredicate } from './compile/to-predicate.ts'
import { eventFields, findLogsource, type Logsource } from './fields.ts'
import type { LoadedRule } from './load-rules.ts'

/** Rules at work on the stream. */
export interface Detector {
  /** The rules that can match something Cordon collects. */
  readonly rules: readonly LoadedRule[]
  /** Every match of every rule, in the order of the events. The same events always give the same detections. */
  detect(events: readonly NormalizedEvent[]): Detection[]
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
  const sources = [...bySource]

  return {
    rules: known,
    detect: (events) =>
      events.flatMap((event) =>
        sources
          .filter(([logsource]) => logsource.datasets.includes(event.event.event.dataset))
          .flatMap(([logsource, compiled]) => {
            const fields = eventFields(event, logsource)
            return compiled.filter(({ matches }) => matches(fields)).map(({ rule }) => toDetection(rule, event))
          }),
      ),
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
