import type { Detection } from '#domain/alert.ts'
import { fieldAt, type NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'

import { type Change, Correlator } from './correlate/correlator.ts'
import type { LoadedCorrelation, LoadedRule } from './load-rules.ts'
import { createMatcher } from './matcher.ts'
import type { SigmaAlerting, SigmaHead } from './sigma/documents.ts'

/** Rules at work on the stream. */
export interface Detector {
  /** The rules that can match something Cordon collects. */
  readonly rules: readonly LoadedRule[]
  /**
   * A detection for every rule that matches, and for every event at which a correlation now holds: an earlier one, when this
   * one came late. Told the same event again, it gives the same detections for it.
   */
  detect(event: NormalizedEvent, tenantId: TenantId): Detection[]
}

/** What an alert tells of the event that raised it. */
type Told = Pick<Detection, 'eventTime' | 'sentence'>

/** Compiles the rules; those that can never match are left out (see `rules`). */
export function createDetector(
  rules: readonly LoadedRule[],
  correlations: readonly LoadedCorrelation[] = [],
): Detector {
  const matcher = createMatcher(rules)
  const correlators = new Map<TenantId, Correlator<Told>>()
  return {
    rules: matcher.rules,
    detect(event, tenantId) {
      const { rules: matched, time, texts } = matcher.match(event)
      const detections = matched.filter(({ alerts }) => alerts).map((rule) => toDetection(rule, event))
      if (time === undefined || correlations.length === 0) return detections
      let correlator = correlators.get(tenantId)
      if (correlator === undefined) correlators.set(tenantId, (correlator = new Correlator(correlations)))
      const changes = correlator.push({
        id: event.event.event.id,
        time,
        ref: { eventTime: event.event['@timestamp'], sentence: event.event.message },
        rules: matched.map(({ id }) => id),
        texts,
      })
      const holding = changes.filter(({ correlation, aggregate }) => correlation.alerts && aggregate !== undefined)
      return [...detections, ...holding.map(fromChange)]
    },
  }
}

function fromChange({ correlation, seen, group }: Change<Told>): Detection {
  return { ...raisedBy(correlation), ...seen.ref, groupKey: group.join(' · ').toLowerCase(), eventId: seen.id }
}

function toDetection(rule: LoadedRule, { event }: NormalizedEvent): Detection {
  return {
    ...raisedBy(rule),
    groupKey: groupKey(rule, event),
    eventId: event.event.id,
    eventTime: event['@timestamp'],
    sentence: event.message,
  }
}

function raisedBy({ id, title, level, attack }: SigmaHead & SigmaAlerting) {
  return { ruleId: id, ruleTitle: title, severity: level, attack }
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
