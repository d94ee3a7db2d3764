import type { AuditSource } from '#world/audit/audit-log.ts'
import type { MailSource } from '#world/mail/mailbox.ts'
import type { World } from '#world/world.ts'

/** An attack in the tenant's history: what it leaves in mailboxes and in the audit log, and the truth about it. */
export interface Scenario extends AuditSource {
  id: string
  title: string
  /** ATT&CK technique ids. */
  attack: readonly string[]
  /** Mail it put into a mailbox: often none. */
  mail: MailSource
  /** What a responder should find out. */
  truth: (world: World) => object
}
