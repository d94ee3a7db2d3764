import { ATTENTION, cloudAppAlerts, handlings } from '#world/cloud-apps/alerts.ts'
import { activitiesOf } from '#services/cloud-apps/activities.ts'
import { alertStates, incidentStates } from '#services/graph/security/alert-state.ts'
import { deliveriesIn } from '#world/mail/deliveries.ts'
import { quarantined } from '#world/exchange/quarantine-list.ts'
import { releaseStatusAt } from '#world/mail/quarantine.ts'
import { statusOf } from '#world/security/submissions.ts'
import { submissionsOf } from '#services/graph/security/submissions.ts'
import { traceStatus, tracedAt } from '#world/mail/message-trace.ts'
import type { Tenant } from '#cloud.ts'

import { ControlError } from './request.ts'
import type { Span } from './request.ts'

/**
 * What changes while it can be read, or is read by another time than that of the fact: every version that a client can have
 * seen by now, so that one which kept a history can be judged.
 */
interface Told {
  id: string
  /** Oldest first; the last is the present one. `at` is the time it is listed by, `state` what else changes. */
  versions: readonly { at: string; state: string }[]
}

type List = (tenant: Tenant, span: Span) => Promise<Told[]> | Told[]

const DAY = 86_400_000

const LISTS: Readonly<Record<string, List>> = {
  alerts: (tenant) => alertStates(tenant).map(updated),
  incidents: (tenant) => incidentStates(tenant).map(updated),
  submissions: (tenant) =>
    submissionsOf(tenant, 'email').map((submission) => {
      const status = statusOf(submission, tenant.now)
      const before = status === 'succeeded' || status === 'failed' ? ['notStarted', 'running'] : ['notStarted']
      return inStates(submission.id, submission.createdAt, [...before, status])
    }),
  'message-trace': async (tenant, { from, to }) => {
    const start = Math.max(from, tenant.now - 90 * DAY)
    const flow = await deliveriesIn(tenant, { from: start, to: Math.min(to, tenant.now + 1) })
    return flow
      .filter((delivery) => tracedAt(delivery) <= tenant.now)
      .map((delivery) => {
        // The trace tells whole seconds.
        const at = Math.floor(delivery.at / 1000) * 1000
        const id = `${delivery.networkMessageId} ${delivery.recipient.address}`
        return inStates(id, at, ['gettingStatus', traceStatus(delivery, tenant.now)])
      })
  },
  quarantine: async (tenant, { from, to }) => {
    const held = await quarantined(tenant, { from, to })
    return [...held].map((message) => {
      const before = ['NOTRELEASED', ...(message.releasingUntil === undefined ? [] : ['PREPARINGTORELEASE'])]
      return inStates(message.identity, message.receivedAt, [...before, releaseStatusAt(message, tenant.now)])
    })
  },
  'cloud-apps-alerts': (tenant) =>
    tenant
      .log(cloudAppAlerts)
      .between(tenant.now - 180 * DAY, tenant.now + 1, tenant.now)
      .map(({ record: { id, at } }) =>
        inStates(id, at, ['0', String((tenant.objects(handlings).find(id) ?? ATTENTION).resolution)]),
      ),
  'cloud-apps-activities': (tenant, created) =>
    activitiesOf(tenant, undefined, created)
      .filter(({ createdAt }) => createdAt >= created.from && createdAt < created.to)
      .map(({ id, createdAt }) => inStates(id, createdAt, [''])),
}

/** @throws ControlError 404. */
export async function historyTruth(tenant: Tenant, name: string, span: Span): Promise<{ records: Told[] }> {
  const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined
  if (!list) throw new ControlError(404, 'ListNotFound', `There are the lists ${Object.keys(LISTS).join(', ')}.`)
  return { records: await list(tenant, span) }
}

const updated = ({ id, moments }: { id: string; moments: readonly number[] }): Told => ({
  id,
  versions: [...new Set(moments)].sort((a, b) => a - b).map((at) => ({ at: new Date(at).toISOString(), state: '' })),
})

const inStates = (id: string, at: number, states: readonly string[]): Told => ({
  id,
  versions: [...new Set(states)].map((state) => ({ at: new Date(at).toISOString(), state })),
})
