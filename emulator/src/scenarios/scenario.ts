import type { AuditSource } from '#world/audit/audit-log.ts'
import type { Left } from '#world/surface.ts'
import type { MailSource } from '#world/mail/mailbox.ts'
import type { Planted } from '#world/objects.ts'
import type { World } from '#world/world.ts'

/** An attack in the tenant's history: what it leaves in mailboxes and in the audit log, and the truth about it. */
export interface Scenario extends AuditSource {
  id: string
  title: string
  /** ATT&CK technique ids. */
  attack: readonly string[]
  /** Mail it put into a mailbox: often none. */
  mail: MailSource
  /** Records on surfaces other than the audit log, made with `leave(surface, …)`. */
  traces?: (world: World) => Left[]
  /** State that is really there afterwards (a rule, a consent), made with `plant(kind, …)`. */
  objects?: (world: World) => Planted[]
  /** What a responder should find out. */
  truth: (world: World) => object
}
