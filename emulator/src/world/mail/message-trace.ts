import { random } from '#world/random.ts'
import { servicePrincipalIdOf, servicePrincipals } from '#world/entra/service-principals.ts'
import type { Tenant } from '#cloud.ts'

import type { Delivery } from './deliveries.ts'

/** What message trace makes of a delivery: Graph's trace and Exchange's show the same. */
export type TraceStatus = 'gettingStatus' | 'failed' | 'delivered' | 'quarantined'

const MINUTE = 60_000

/** From when on a delivery is in the trace: one to eight minutes after it happened. */
export const tracedAt = ({ at, networkMessageId, recipient }: Delivery): number =>
  at + random('traced', networkMessageId, recipient.address).between(MINUTE, 8 * MINUTE)

/** A message that has just come into the trace has no status yet. Mail in Junk Email was delivered. */
export function traceStatus(delivery: Delivery, now: number): TraceStatus {
  if (now < tracedAt(delivery) + MINUTE) return 'gettingStatus'
  if (delivery.location === 'quarantine') return 'quarantined'
  return delivery.location === 'failed' || delivery.location === 'dropped' ? 'failed' : 'delivered'
}

/** A step of a message on its way. */
export interface TraceEvent {
  at: number
  /** `Receive`, `Send`, `Deliver`, `Fail`, `Spam`, `Defer`, … */
  event: string
  action: string
  description: string
}

/** What happened to the message, in the order in which it happened. */
export function traceEvents({ at, item, location, threats, recipient, senderIp }: Delivery): TraceEvent[] {
  const received = {
    at: at - 1000,
    event: 'Receive',
    action: '',
    description: `Message received by: EMU0001.prod.outlook.example${senderIp ? ` from ${senderIp} using TLS1.3` : ''}.`,
  }
  const filtered = threats.map((threat) => ({
    at,
    event: threat === 'Malware' ? 'Malware' : 'Spam',
    action: location === 'quarantine' ? 'Quarantine' : 'Move to Junk Email folder',
    description: `The message was taken for ${threat.toLowerCase()} by the policy Default.`,
  }))
  return [received, ...filtered, { at, ...LAST[lastOf(location)](recipient.address, item.folder) }]
}

const lastOf = (location: string): keyof typeof LAST =>
  location === 'quarantine' || location === 'external' || location === 'failed' || location === 'dropped'
    ? location
    : 'mailbox'

const LAST: Record<
  'mailbox' | 'quarantine' | 'external' | 'failed' | 'dropped',
  (address: string, folder: string) => Omit<TraceEvent, 'at'>
> = {
  mailbox: (_, folder) => ({
    event: 'Deliver',
    action: '',
    description: `The message was successfully delivered to the folder: DefaultFolderType:${folder === 'junkemail' ? 'JunkEmail' : 'Inbox'}`,
  }),
  quarantine: () => ({ event: 'Quarantine', action: 'Quarantine', description: 'The message was quarantined.' }),
  external: (address) => ({
    event: 'Send external',
    action: '',
    description: `Message sent to mail.${address.slice(address.lastIndexOf('@') + 1)} using TLS1.3.`,
  }),
  failed: (address) => ({
    event: 'Fail',
    action: '',
    description: `Reason: [{LED=550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${address} not found by SMTP address lookup}]`,
  }),
  dropped: () => ({ event: 'Drop', action: '', description: 'The message was dropped.' }),
}

/** The application behind Graph's message trace. Its service principal has to be created in the tenant before anybody traces. */
export const TRACE_APPLICATION = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373'

/** True once a service principal of {@link TRACE_APPLICATION} has been made. */
export const hasTraceAccess = (tenant: Tenant): boolean =>
  tenant.objects(servicePrincipals).find(servicePrincipalIdOf(tenant.world, TRACE_APPLICATION)) !== undefined
