import type { TenantId } from './ids.ts'

/**
 * The life of a rule in a tenant. What people import or change are files of Sigma; what they switch on, tune and measure are
 * the rules in them. The rules that come with Cordon are in no store: a tenant has only what it does differently.
 */

/** A file of rules that a tenant has of its own: imported, or one of Cordon's that it changed. */
export interface RuleFile {
  tenantId: TenantId
  /** Names the file in the tenant: below the folder that was imported, or as in Cordon's own pack. */
  path: string
  /** Counts from 1. */
  version: number
  text: string
}

/** A file as it was at one time; none is ever changed. */
export interface RuleVersion extends RuleFile {
  change: 'import' | 'edit' | 'go-back'
  /** Why, in the words of whoever changed it. */
  note?: string
  createdBy: string
  createdAt: string
}

/** What a rule leaves out: a Sigma filter for one rule, with its reason. */
export interface RuleTuning {
  tenantId: TenantId
  id: string
  ruleId: string
  /** The filter as Sigma's YAML. */
  yaml: string
  reason: string
  /** From this moment on it no longer counts; never when absent. */
  expiresAt?: string
  createdBy: string
  createdAt: string
}

/** How much work a rule makes. */
export interface RuleNoise {
  ruleId: string
  /** Alerts that were opened, by day in UTC (`2026-11-21`); days without are left out. */
  days: Record<string, number>
  /** Of those, how many were closed as false or harmless, and how many were right. */
  closedAsFalse: number
  closedAsTrue: number
}

/** How far a correlation has been held against history. */
export interface Reconciliation {
  tenantId: TenantId
  ruleId: string
  /** What has come into the event store before was held against it, but for what is in `waiting`. */
  until: string
  /** Stretches of event time that were touched since and are still to be judged, milliseconds, the earliest first. */
  waiting: { from: number; until: number }[]
  /** When the last pass ended. */
  passedAt?: string
  /** What the last pass could not do. */
  fault?: { code: string; what: string; why: string; fix: string }
}

/** With what came of it; counted from the alerts as they are now. */
export interface Reconciled extends Reconciliation {
  /** Evidence that the stream had not found. */
  added: { events: number; alerts: number }
  /** Evidence that history, when it was asked, did not confirm. */
  unconfirmed: { events: number; alerts: number }
}

/** An event that rules of correlations matched, with what correlations need to know of it. */
export interface CorrelationHit {
  eventId: string
  /** Of the event, ISO. */
  time: string
  /** Ids of the rules that matched. */
  rules: string[]
  /** Texts of the fields that correlations ask for. */
  facts: Record<string, string[]>
  /** The event's sentence. */
  sentence: string
}
