import { join } from 'node:path'

import { TenantClock } from '#clock.ts'
import { Faults } from '#faults/faults.ts'
import { Journal } from '#http/journal.ts'
import { AuditLog } from '#world/audit/audit-log.ts'
import { Changes } from '#world/changes.ts'
import { Subscriptions } from '#world/audit/subscriptions.ts'
import { Mailbox } from '#world/mail/mailbox.ts'
import { broadcasts } from '#world/mail/broadcasts.ts'
import { correspondence } from '#world/mail/correspondence.ts'
import { hasMailbox } from '#world/directory.ts'
import { threads } from '#world/mail/threads.ts'
import type { Application } from '#world/applications.ts'
import type { Change, Recorded } from '#world/changes.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { scenarios } from '#scenarios/index.ts'

/** The emulated cloud without its doors: tenants, what changes them, and what watches them. */
export interface Cloud {
  readonly clock: TenantClock
  readonly tenants: readonly Tenant[]
  readonly faults: Faults
  readonly journal: Journal
  advance(milliseconds: number): void
  /** Back to the first start: no changes, no faults, no journal, clock at the machine's time. */
  reset(): void
  close(): void
}

/** A tenant: what it was born with, and what has become of it. */
export class Tenant {
  readonly world: World
  readonly subscriptions: Subscriptions
  readonly audit: AuditLog
  readonly #born: readonly Application[]
  readonly #record: (change: Change) => void
  readonly #now: () => number
  #applications: Application[]
  #mailboxes = new Map<number, Mailbox>()

  constructor(options: {
    world: World
    applications: readonly Application[]
    live: LiveActivity
    record: (change: Change) => void
    now: () => number
  }) {
    this.world = options.world
    this.#born = options.applications
    this.#applications = [...options.applications]
    this.#record = options.record
    this.#now = options.now
    this.subscriptions = new Subscriptions()
    this.audit = new AuditLog(options.world, options.live, scenarios)
  }

  get applications(): readonly Application[] {
    return this.#applications
  }

  /** Tenant time in milliseconds. */
  get now(): number {
    return this.#now()
  }

  /** The mailbox of a person; undefined for one without. */
  mailbox(person: Person): Mailbox | undefined {
    if (!hasMailbox(person)) return undefined
    let mailbox = this.#mailboxes.get(person.index)
    if (!mailbox) {
      const sources = [threads, broadcasts, correspondence, ...scenarios.map((scenario) => scenario.mail)]
      this.#mailboxes.set(person.index, (mailbox = new Mailbox(this.world, person, sources)))
    }
    return mailbox
  }

  /** Makes a change: on the disk and in force when this returns. */
  change(change: Change): void {
    this.#record(change)
  }

  /** Takes in a change that was recorded, now or in an earlier run. */
  apply(change: Recorded): void {
    switch (change.type) {
      case 'message.moved':
      case 'message.updated':
        return this.#applyToMail(change)
      case 'subscription.started':
      case 'subscription.stopped':
        return this.subscriptions.apply(change)
      case 'application.added':
        this.#applications.push(change.application)
        return
      case 'clock.advanced':
    }
  }

  #applyToMail(change: Extract<Recorded, { type: 'message.moved' | 'message.updated' }>): void {
    const person = this.world.directory.find(change.mailbox)
    const mailbox = person && this.mailbox(person)
    const message = mailbox?.messages.find(({ item }) => item.key === change.item)
    if (!mailbox || !message) return
    if (change.type === 'message.moved') this.audit.apply(change, message)
    mailbox.apply(change)
  }

  reset(): void {
    this.#applications = [...this.#born]
    this.#mailboxes = new Map()
    this.subscriptions.reset()
    this.audit.reset()
  }
}

/** Opens the cloud whose changes are kept in `folder`, and replays them. */
export function openCloud(
  folder: string,
  born: readonly { world: World; applications: readonly Application[]; live: LiveActivity }[],
): Cloud {
  const clock = new TenantClock()
  const changes = new Changes(join(folder, 'changes.jsonl'))
  const now = () => clock.now()
  const tenants = born.map(
    (birth) =>
      new Tenant({ ...birth, now, record: (change) => changes.record(birth.world.tenantId, change, clock.now()) }),
  )
  const [faults, journal] = [new Faults(), new Journal()]
  changes.onChange((change) => {
    if (change.type === 'clock.advanced') clock.advance(change.milliseconds)
    tenants.find(({ world }) => world.tenantId === change.tenant)?.apply(change)
  })
  changes.replay()
  return {
    clock,
    tenants,
    faults,
    journal,
    advance: (milliseconds) =>
      void changes.record(
        '',
        {
          type: 'clock.advanced',
          milliseconds,
        },
        clock.now(),
      ),
    reset: () => {
      changes.clear()
      clock.reset()
      faults.clear()
      journal.clear()
      for (const tenant of tenants) tenant.reset()
    },
    close: () => changes.close(),
  }
}
