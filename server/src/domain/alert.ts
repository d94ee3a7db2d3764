import type { TenantId } from './ids.ts'

export const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** A rule matched an event: the fact from which alerts are made. */
export interface Detection {
  ruleId: string
  ruleTitle: string
  severity: Severity
  /** ATT&CK tactics and techniques as in the rule's tags, without `attack.`: `t1114.003`. */
  attack: string[]
  /** What one alert gathers: events of one rule with one group key become one alert while it is open. */
  groupKey: string
  eventId: string
  /** The event's time, ISO. */
  eventTime: string
  /** The event's sentence. */
  sentence: string
}

/** What an alert turned out to be. */
export const VERDICTS = ['true-positive', 'benign', 'false-positive', 'duplicate'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Alert {
  id: string
  tenantId: TenantId
  ruleId: string
  ruleTitle: string
  severity: Severity
  attack: string[]
  groupKey: string
  /** The newest event's sentence. */
  sentence: string
  status: 'open' | 'closed'
  closeReason?: string
  /** Of a closed one, where whoever closed it said so. */
  verdict?: Verdict
  /** Name of the user who works on it. */
  assignee?: string
  /** Until then an open alert is out of the queue; what happens joins it meanwhile. */
  suppressedUntil?: string
  /** Events that made it; each event counts once per rule. */
  eventCount: number
  firstEventAt: string
  lastEventAt: string
  createdAt: string
  updatedAt: string
}
