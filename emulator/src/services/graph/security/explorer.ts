import type { Tenant } from '#cloud.ts'

import { MailFlow, Unprepared } from './mail-flow.ts'
import { changedMailboxes, isPublished, mailEvent } from './mail-events.ts'
import type { MailEvent } from './mail-events.ts'
import type { Wanted } from './mail-flow.ts'

/** Deliveries as Threat Explorer finds them: those of the last 30 days that filtering has told of. */
export const RETENTION = 30 * 86_400_000

/** Events of deliveries that match, one at a time. */
export async function eventsOf(tenant: Tenant, wanted: Wanted): Promise<IteratorObject<MailEvent>> {
  const flow = new MailFlow(tenant)
  const changed = changedMailboxes(tenant)
  const seen = () =>
    flow
      .find(wanted)
      .filter(({ at, networkMessageId }) => isPublished(tenant, at, networkMessageId))
      .map((delivery) => mailEvent(tenant, delivery, changed))
  try {
    // Whether the index is needed shows at the first one.
    seen().next()
  } catch (error) {
    if (!(error instanceof Unprepared)) throw error
    await flow.prepare()
  }
  return seen()
}

/** The delivery with this id; undefined for one that does not exist, or cannot be seen yet. */
export async function findEvent(tenant: Tenant, id: string): Promise<MailEvent | undefined> {
  const networkMessageId = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?=-\d+-1$)/i.exec(id)?.[0]
  if (!networkMessageId) return undefined
  const networkMessageIds = new Set([networkMessageId.toLowerCase()])
  const found = await eventsOf(tenant, { from: tenant.now - RETENTION, to: tenant.now + 1, networkMessageIds })
  return found.find((event) => event.reportId === id.toLowerCase())
}
