import type { TargetKind } from '#domain/action-run.ts'
import type { Kind } from '#respond/kind.ts'

import { devices } from './device.ts'
import { indicators } from './indicator.ts'
import { ipRanges } from './ip-range.ts'
import { mailEntries } from './mail-entry.ts'
import { mailboxes } from './mailbox.ts'
import { messages } from './message.ts'
import { quarantinedMessages } from './quarantined-message.ts'
import { servicePrincipals } from './service-principal.ts'
import { users } from './user.ts'

/** What actions can be on. */
export const KINDS: Record<TargetKind, Kind> = {
  message: messages,
  user: users,
  mailbox: mailboxes,
  device: devices,
  indicator: indicators,
  'mail-entry': mailEntries,
  'ip-range': ipRanges,
  'service-principal': servicePrincipals,
  'quarantined-message': quarantinedMessages,
}
