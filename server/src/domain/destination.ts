import type { TenantId } from './ids.ts'

/**
 * Where a tenant's events and alerts are sent on to: an Elasticsearch, a Splunk, a folder. It remembers how far it got, so
 * that whatever stops it, it goes on where it was.
 */
export interface Destination {
  tenantId: TenantId
  id: string
  name: string
  /** Which of the kinds of forward/destinations. */
  kind: string
  /** As the kind's own schema takes them; no secret. */
  options: Record<string, unknown>
  hasSecret: boolean
  filter: ForwardFilter
  isPaused: boolean
  createdAt: string
  /** Events and alerts that it took. */
  delivered: number
  lastDeliveredAt?: string
  /** What keeps it from being sent to just now. */
  fault?: ForwardFault
  /** What it refused and nobody has settled since. */
  deadLetters: number
}

/** What is sent on. */
export interface ForwardFilter {
  events: boolean
  /** Of these alone; of all when empty. */
  datasets: string[]
  /** As people type it on the Events page; empty for everything. */
  query: string
  alerts: boolean
}

/** An error for people, with when it began. */
export interface ForwardFault {
  since: string
  code: string
  what: string
  why: string
  fix: string
}

/** An event or an alert on its way. */
export interface ForwardItem {
  /** Deterministic: sent again it is the same. */
  id: string
  kind: 'event' | 'alert'
  dataset: string
  /** When it happened, milliseconds since the epoch. */
  timeMs: number
  /** As JSON, nested ECS. */
  document: string
}

/** What a destination refused for good. */
export interface DeadLetter extends ForwardItem {
  /** The destination's own words. */
  reason: string
  refusedAt: string
}
