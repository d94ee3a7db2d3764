import { z } from 'zod'

import { CHANGE_QUARANTINE_ROLE, findQuarantined } from '#connect/apis/exchange-admin/quarantine.ts'
import { isoTime } from '#domain/clock.ts'
import type { RequirementNeed } from '#domain/tenant.ts'

import { manageExchange } from './exchange-needs.ts'
import type { QuarantinedMessageTarget } from './kinds/quarantined-message.ts'

/** How a message stands in quarantine. */
export const QuarantinedMessageState = z.object({
  /** Whether it is there, released or not. */
  isHeld: z.boolean(),
  /** Microsoft's word: `NOTRELEASED`. */
  releaseStatus: z.string().optional(),
  releasedTo: z.array(z.string()),
  /** ISO 8601. */
  expires: z.string().optional(),
})
export type QuarantinedMessageState = z.infer<typeof QuarantinedMessageState>

/** @throws AppError CONNECT_* */
export async function readQuarantinedMessage({
  microsoft,
  message: { identity },
  signal,
}: QuarantinedMessageTarget): Promise<QuarantinedMessageState> {
  const found = await findQuarantined(microsoft, { identity, signal })
  if (!found) return { isHeld: false, releasedTo: [] }
  const { ReleaseStatus, ReleasedUser, Expires } = found
  return {
    isHeld: true,
    ...(ReleaseStatus && { releaseStatus: ReleaseStatus.toUpperCase() }),
    releasedTo: ReleasedUser ?? [],
    ...(Expires && { expires: isoTime(Date.parse(Expires)) }),
  }
}

/** Evidence of where the message is, and who has got it. */
export function quarantineProof({ isHeld, releaseStatus, releasedTo, expires }: QuarantinedMessageState): string {
  if (!isHeld) return 'The message is not in quarantine: it was deleted there, or has expired.'
  const until = expires === undefined ? '' : ` until ${expires}`
  const status = releaseStatus === undefined ? '' : ` as ${releaseStatus}`
  const released = releasedTo.length === 0 ? 'nobody' : releasedTo.join(', ')
  return `Released to ${released}; in quarantine${status}${until}.`
}

/** What every action on the quarantine needs. */
export const MANAGE_QUARANTINE = manageExchange('To look into the quarantine, and to release or delete what is there.')

export const QUARANTINE_ROLE: RequirementNeed = {
  kind: 'directory-role',
  name: CHANGE_QUARANTINE_ROLE,
  why: 'The quarantine is opened by a directory role of the application, assigned in https://entra.microsoft.com > Roles and administrators. Roles of Exchange alone have not opened it since February 2023.',
}
