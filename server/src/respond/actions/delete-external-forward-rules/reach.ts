import { z } from 'zod'

import { listAcceptedDomains, resolveRecipient } from '#connect/apis/exchange-admin/recipients.ts'
import { type Destinations, reachOf } from '#domain/forwarding.ts'
import { type ForwardRule, type ForwardRules, listed, nameOf } from '#respond/forward-rules.ts'
import type { MailboxTarget } from '#respond/kinds/mailbox.ts'

/** How far mail goes by a rule, and the addresses at which it is known to end up. */
export const Reach = z.object({
  reach: z.enum(['internal', 'external', 'mixed', 'unknown', 'nowhere']),
  ends: z.array(z.string()),
})
type Reach = z.infer<typeof Reach>

/**
 * How far mail goes by each rule, by id. Recipients are looked up, as a contact stands for an address outside under one of the
 * company, and a group for its members.
 *
 * @throws AppError CONNECT_*
 */
export async function readReach(target: MailboxTarget, state: ForwardRules): Promise<Record<string, Reach>> {
  const { microsoft, signal } = target
  const rules = listed(state)
  if (rules.length === 0) return {}
  const accepted = await listAcceptedDomains(microsoft, signal)
  const found = new Map<string, Destinations>()
  for (const recipient of new Set(rules.flatMap(({ forwards }) => forwards)))
    found.set(recipient, await resolveRecipient(microsoft, recipient, signal))
  return Object.fromEntries(
    rules.map(({ id, forwards }) => {
      const ends = forwards.flatMap((each) => found.get(each) ?? [])
      const addresses = ends.flatMap((each) => each.addresses)
      return [id, { reach: reachOf(ends, accepted), ends: [...new Set(addresses)] }]
    }),
  )
}

/** `“Invoices” (to tax@contoso.example, which ends at mara@private.example and stays in part)`. */
export function reachWords(rule: ForwardRule, reach: Reach | undefined): string {
  const ends = reach?.ends ?? []
  const elsewhere = ends.some((each) => !rule.forwards.includes(each)) ? `, which ends at ${ends.join(', ')}` : ''
  return nameOf(rule, reach?.reach === 'mixed' ? `${elsewhere}, a part of them in the company` : elsewhere)
}
