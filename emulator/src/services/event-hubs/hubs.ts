import { activityLog } from '#world/azure/activity-log.ts'
import { directoryAudits } from '#world/entra/directory-audits.ts'
import { riskDetections } from '#world/entra/risk.ts'
import { SIGN_INS } from '#world/entra/sign-ins.ts'
import { postDeliveries } from '#world/security/post-delivery.ts'
import { urlClicks } from '#world/security/clicks.ts'
import type { Surface } from '#world/surface.ts'
import type { Tenant } from '#cloud.ts'

import { activityRecord, auditRecord, clickRecord, postDeliveryRecord } from './envelopes.ts'
import { riskDetectionRecord, riskyUserRecord, signInRecord } from './envelopes.ts'
import type { Envelope } from './envelopes.ts'

/**
 * The hubs of a tenant's namespace, by the names that diagnostic settings give them. A hub is fed by any number of logs;
 * one more is one line here.
 */
export interface Hub {
  name: string
  partitions: number
  /** What happened in [from, to) and goes into the hub, in any order, also what is published only later. */
  published: (tenant: Tenant, from: number, to: number) => Published[]
}

export interface Published {
  id: string
  /** Tenant time, milliseconds. */
  publishedAt: number
  /** As it is among the `records` of a message. */
  record: () => object
}

/** Anything that gives what a hub is fed with. */
type HubSource = Hub['published']

/** A surface, each record in the envelope of diagnostic settings. */
const from =
  <T>(surface: Surface<T>, envelope: Envelope<T>): HubSource =>
  (tenant, start, end) =>
    tenant
      .log(surface)
      .between(start, end, Infinity)
      .map((trace) => ({
        id: trace.id,
        publishedAt: trace.publishedAt,
        record: () => envelope(tenant.world, trace),
      }))

const PARTITIONS = 4

const hub = (name: string, ...sources: readonly HubSource[]): Hub => ({
  name,
  partitions: PARTITIONS,
  published: (tenant, start, end) => sources.flatMap((source) => source(tenant, start, end)),
})

export const HUBS: readonly Hub[] = [
  hub('insights-activity-logs', from(activityLog, activityRecord)),
  hub('insights-logs-signinlogs', from(SIGN_INS.interactiveUser, signInRecord('SignInLogs'))),
  hub(
    'insights-logs-noninteractiveusersigninlogs',
    from(SIGN_INS.nonInteractiveUser, signInRecord('NonInteractiveUserSignInLogs')),
  ),
  hub(
    'insights-logs-serviceprincipalsigninlogs',
    from(SIGN_INS.servicePrincipal, signInRecord('ServicePrincipalSignInLogs')),
  ),
  hub(
    'insights-logs-managedidentitysigninlogs',
    from(SIGN_INS.managedIdentity, signInRecord('ManagedIdentitySignInLogs')),
  ),
  hub('insights-logs-auditlogs', from(directoryAudits, auditRecord)),
  hub('insights-logs-userriskevents', from(riskDetections, riskDetectionRecord)),
  hub('insights-logs-riskyusers', from(riskDetections, riskyUserRecord)),
  hub('advanced-hunting', from(postDeliveries, postDeliveryRecord), from(urlClicks, clickRecord)),
  // Nothing but what producers send.
  hub('custom-events'),
]

/** Groups of every hub: `$Default`, and one for each program that reads. */
export const CONSUMER_GROUPS = ['$Default', 'cordon', 'siem'] as const

/** By name, in any case. */
export const findHub = (name: string): Hub | undefined =>
  HUBS.find((each) => each.name.toLowerCase() === name.toLowerCase())
