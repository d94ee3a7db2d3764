import type { Detection } from '#domain/alert.ts'
import { fieldAt, type NormalizedEvent } from '#domain/event.ts'
import type { TenantId } from '#domain/ids.ts'

import { Reading } from './compile/reading.ts'
import { type Arrival, type Change, Correlator } from './correlate/correlator.ts'
import { eventFields, findLogsource } from './fields.ts'
import { createRuleIndex } from './index/rule-index.ts'
import type { LoadedCorrelation, LoadedRule } from './load-rules.ts'
import type { SigmaAlerting, SigmaHead } from './sigma/documents.ts'
import { listsOf } from './sigma/lists.ts'

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

/**
 * Compiles the rules. Left out (see `rules`) are those whose logsource names nothing that Cordon collects, and those that
 * name a list which nobody gave: without it they would be silent, or never silent.
 */
export function createDetector(
  rules: readonly LoadedRule[],
  correlations: readonly LoadedCorrelation[] = [],
): Detector {
  const known = rules.filter(
    ({ logsource, expression }) => findLogsource(logsource) && listsOf(expression).length === 0,
  )
  const sources = [...Map.groupBy(known, ({ logsource }) => findLogsource(logsource)!)].map(([logsource, own]) => ({
    logsource,
    index: createRuleIndex(own),
  }))
  const byDataset = Map.groupBy(
    sources.flatMap((source) => source.logsource.datasets.map((dataset) => ({ dataset, source }))),
    ({ dataset }) => dataset,
  )
  const correlators = new Map<TenantId, Correlator<Told>>()

  return {
    rules: known,
    detect(event, tenantId) {
      const detections: Detection[] = []
      const matched: LoadedRule[] = []
      const readings: Reading[] = []
      for (const { source } of byDataset.get(event.event.event.dataset) ?? []) {
        const reading = new Reading(eventFields(event, source.logsource))
        const hits = source.index.match(reading)
        if (hits.length === 0) continue
        matched.push(...hits)
        readings.push(reading)
      }
      for (const rule of matched) if (rule.alerts) detections.push(toDetection(rule, event))
      if (matched.length === 0 || correlations.length === 0) return detections
      let correlator = correlators.get(tenantId)
      if (correlator === undefined) correlators.set(tenantId, (correlator = new Correlator(correlations)))
      for (const change of correlator.push(toArrival(event, matched, readings))) {
        if (change.aggregate !== undefined && change.correlation.alerts) detections.push(fromChange(change))
      }
      return detections
    },
  }
}

function toArrival(
  { event }: NormalizedEvent,
  matched: readonly LoadedRule[],
  readings: readonly Reading[],
): Arrival<Told> {
  return {
    id: event.event.id,
    time: Date.parse(event['@timestamp']),
    ref: { eventTime: event['@timestamp'], sentence: event.message },
    rules: matched.map(({ id }) => id),
    texts: (field) => readings.map((reading) => reading.texts(field).plain).find(({ length }) => length > 0) ?? [],
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
