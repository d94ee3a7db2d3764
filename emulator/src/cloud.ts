import { join } from 'node:path'

import { TenantClock } from '#clock.ts'
import { Faults } from '#faults/faults.ts'
import { Throttle } from '#throttle/throttle.ts'
import { Journal } from '#http/journal.ts'
import { AUDIT_SURFACE, AuditLog } from '#world/audit/audit-log.ts'
import { largeContents } from '#world/audit/large-content.ts'
import { Changes } from '#world/changes.ts'
import { Deeds, Log } from '#world/surface.ts'
import { ObjectFates, Objects } from '#world/objects.ts'
import { Subscriptions } from '#world/audit/subscriptions.ts'
import { EVERYDAY_MAIL } from '#world/mail/everyday.ts'
import { Mailboxes } from '#world/mail/mailboxes.ts'
import { applications } from '#world/applications.ts'
import { hasMailbox } from '#world/directory.ts'
import { mailFolders } from '#world/mail/folders.ts'
import { administered, isReceived, postDeliveries } from '#world/security/post-delivery.ts'
import { random } from '#world/random.ts'
import type { Application } from '#world/applications.ts'
import type { AuditDeed } from '#world/audit/audit-log.ts'
import type { Birth } from './snapshot.ts'
import type { Born, Kind, Planted } from '#world/objects.ts'
import type { Change, Recorded } from '#world/changes.ts'
import type { Left, Surface } from '#world/surface.ts'
import type { Item } from '#world/mail/item.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'
import type { MailChange, MailSource, Mailbox } from '#world/mail/mailbox.ts'
import type { Person } from '#world/directory.ts'
import type { Strictness } from '#throttle/throttle.ts'
import type { World } from '#world/world.ts'

import { scenariosOf } from '#scenarios/index.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'

type Watcher = (change: Recorded | undefined) => void

/** The emulated cloud without its doors: tenants, what changes them, and what watches them. */
export interface Cloud {
  readonly birth: Birth
  readonly clock: TenantClock
  readonly tenants: readonly Tenant[]
  readonly faults: Faults
  readonly journal: Journal
  readonly throttle: Throttle
  /** How long Graph takes for an answer, milliseconds: 0 unless asked for, since only slow answers run at the same time. */
  readonly latencyMs: number
  /** Whether people need a password at the sign-in page. */
  readonly passwords: boolean
  advance(milliseconds: number): void
  /** Calls `listener` after each change that is made from now on, and with undefined after a reset or another state. */
  watch(listener: Watcher): void
  /** Aborted when the cloud is closed: for what goes on by itself. */
  readonly closing: AbortSignal
  /** Every change so far, oldest first, one JSON text each. */
  history(): string[]
  /** As after a reset and then these changes. @throws SyntaxError for text that is no JSON; nothing is changed then. */
  restore(history: readonly string[]): void
  /** Back to the first start: no changes, no faults, no journal, clock at the machine's time. */
  reset(): void
  close(): void
}

/** A tenant: what it was born with, and what has become of it. */
export class Tenant {
  readonly world: World
  readonly consistency: Consistency
  readonly scenarios: readonly Scenario[]
  readonly subscriptions: Subscriptions
  readonly audit: AuditLog
  readonly #record: (change: Change) => void
  readonly #live: LiveActivity
  readonly #now: () => number
  readonly #count: () => number
  readonly #fates = new ObjectFates()
  readonly #deeds = new Deeds()
  readonly #births = new Map<string, Born<unknown>>()
  readonly #objects = new Map<string, Objects<unknown>>()
  readonly #mailSources: readonly MailSource[]
  #steps: readonly Step[] | undefined
  #planted: Map<string, Planted[]> | undefined
  #told: Map<string, Left[]> | undefined
  #era = 0
  readonly #mailboxes: Mailboxes

  constructor(options: {
    world: World
    applications: readonly Application[]
    live: LiveActivity
    record: (change: Change) => void
    now: () => number
    /** How many changes the cloud has seen. */
    count: () => number
    consistency: Consistency
    scenarios: readonly Scenario[]
  }) {
    this.world = options.world
    this.consistency = options.consistency
    this.scenarios = options.scenarios
    this.#mailSources = [...EVERYDAY_MAIL, ...options.scenarios.map(({ mail }) => mail)]
    const registered = new Map(options.applications.map((application) => [application.clientId, application]))
    this.#births.set(applications.name, { find: (clientId) => registered.get(clientId), all: () => registered })
    this.#record = options.record
    this.#live = options.live
    this.#now = options.now
    this.#count = options.count
    this.#mailboxes = new Mailboxes(options.world, this.#mailSources, ({ id }) => this.objects(mailFolders).of(id))
    this.subscriptions = new Subscriptions()
    this.audit = new AuditLog(
      options.world,
      options.live,
      [{ audit: () => this.steps.flatMap(({ audit = [] }) => audit) }],
      () => this.objects(largeContents).all(),
    )
  }

  get applications(): readonly Application[] {
    return [...this.objects(applications).all()]
  }

  /** Tenant time in milliseconds. */
  get now(): number {
    return this.#now()
  }

  /** The mailbox of a person; undefined for one without. */
  mailbox(person: Person): Mailbox | undefined {
    return this.#mailboxes.of(person)
  }

  /** The mail that a mailbox was born with: computed, not kept. Empty for a person without a mailbox. */
  mailAtBirth(person: Person): Item[] {
    return hasMailbox(person) ? this.#mailSources.flatMap((source) => source(this.world, person)) : []
  }

  /** The mailboxes that somebody has changed. */
  get openedMailboxes(): Iterable<Mailbox> {
    return this.#mailboxes.touched
  }

  /** The objects of a kind, as they are now. */
  objects<T>(kind: Kind<T>): Objects<T> {
    let objects = this.#objects.get(kind.name)
    if (!objects) this.#objects.set(kind.name, (objects = this.#open(kind) as Objects<unknown>))
    return objects as Objects<T>
  }

  #open<T>(kind: Kind<T>): Objects<T> {
    const born = (this.#births.get(kind.name) as Born<T> | undefined) ?? kind.born(this.world)
    this.#planted ??= Map.groupBy(
      this.steps.flatMap(({ objects = [] }) => objects),
      (each) => each.kind,
    )
    const planted = this.#planted.get(kind.name) ?? []
    return new Objects(kind, born, planted, this.#fates, this.#record, this.#now)
  }

  /** The records of a surface. */
  log<T>(surface: Surface<T>): Log<T> {
    this.#told ??= Map.groupBy(
      this.steps.flatMap(({ traces = [] }) => traces),
      (each) => each.surface,
    )
    return new Log(surface, this.world, this.#live, this.#told.get(surface.name) ?? [], this.#deeds.of(surface.name))
  }

  /** What the attacks did, computed when first asked for. */
  get steps(): readonly Step[] {
    return (this.#steps ??= this.scenarios.flatMap((scenario) => scenario.steps(this.world)))
  }

  /** Leaves a record behind for what a client did, made with `leave(surface, …)` or `auditDeed(…)`. */
  leave(trace: Left): void {
    this.#record({ type: 'trace.left', trace })
  }

  /** An id for something new, the same when the same is done again from the same start. */
  newId(what: string): string {
    return random(this.world.seed, 'new', what, this.#count()).guid()
  }

  /** How many changes there have been: deltas count from here. */
  get changeCount(): number {
    return this.#count()
  }

  /** Makes a change: on the disk and in force when this returns. */
  change(change: Change): void {
    this.#record(change)
  }

  /** How often everything was forgotten: who keeps what was computed from changes starts again when this moves. */
  get era(): number {
    return this.#era
  }

  /** Takes in a change that was recorded, now or in an earlier run. */
  apply(change: Recorded): void {
    switch (change.type) {
      case 'message.moved':
      case 'message.updated':
      case 'message.removed':
      case 'mail.placed':
        return this.#applyToMail(change)
      case 'subscription.started':
      case 'subscription.stopped':
        return this.subscriptions.apply(change)
      case 'object.put':
      case 'object.removed':
        return this.#fates.apply(change)
      case 'trace.left':
        if (change.trace.surface === AUDIT_SURFACE) this.audit.leave(change.trace.record as AuditDeed)
        else this.#deeds.apply(change)
        return
      case 'clock.advanced':
    }
  }

  #applyToMail(change: MailChange): void {
    if (change.type === 'message.moved') this.#auditMove(change)
    this.#mailboxes.apply(change)
  }

  #auditMove(change: Extract<MailChange, { type: 'message.moved' }>): void {
    const person = this.world.directory.find(change.mailbox)
    const mailbox = person && this.mailbox(person)
    const message = mailbox?.message(change.item)
    if (!mailbox || !message) return
    this.audit.apply(change, message, mailbox.folders)
    if (isReceived(message)) this.#deeds.of(postDeliveries.name).push(administered(this.world, person, message, change))
  }

  reset(): void {
    this.#era++
    this.#mailboxes.clear()
    this.#fates.clear()
    this.#deeds.clear()
    this.subscriptions.reset()
    this.audit.reset()
  }
}

/** Whether reads of the directory hear of a write a moment later, as in the real cloud, or at once. */
export type Consistency = 'eventual' | 'strong'

export interface CloudOptions {
  consistency?: Consistency
  throttle?: Strictness
  latencyMs?: number
  passwords?: boolean
}

/** Opens the cloud whose changes are kept in `folder`, and replays them. */
export function openCloud(
  folder: string,
  birth: Birth,
  born: readonly { world: World; applications: readonly Application[]; live: LiveActivity }[],
  { throttle: strictness = 'real', latencyMs = 0, consistency = 'eventual', passwords = false }: CloudOptions = {},
): Cloud {
  const clock = new TenantClock(birth.frozen ? birth.epoch : undefined)
  const changes = new Changes(join(folder, 'changes.jsonl'))
  const now = () => clock.now()
  const watchers: Watcher[] = []
  const tell = (change?: Recorded) => {
    for (const watcher of watchers) watcher(change)
  }
  const record = (tenant: string, change: Change) => tell(changes.record(tenant, change, clock.now()))
  const closing = new AbortController()
  const tenants = born.map(
    (each) =>
      new Tenant({
        ...each,
        scenarios: scenariosOf(birth.scenarios),
        now,
        consistency,
        count: () => changes.count,
        record: (change) => record(each.world.tenantId, change),
      }),
  )
  const [faults, journal, throttle] = [new Faults(), new Journal(), new Throttle(strictness)]
  changes.onChange((change) => {
    if (change.type === 'clock.advanced') clock.advance(change.milliseconds)
    tenants.find(({ world }) => world.tenantId === change.tenant)?.apply(change)
  })
  changes.replay()
  const reset = () => {
    changes.clear()
    clock.reset()
    faults.clear()
    journal.clear()
    throttle.clear()
    for (const tenant of tenants) tenant.reset()
  }
  return {
    birth,
    clock,
    tenants,
    faults,
    journal,
    throttle,
    latencyMs,
    passwords,
    advance: (milliseconds) => record('', { type: 'clock.advanced', milliseconds }),
    watch: (listener) => void watchers.push(listener),
    closing: closing.signal,
    history: () => changes.history(),
    restore: (history) => {
      for (const change of history) JSON.parse(change)
      reset()
      changes.restore(history)
      tell()
    },
    reset: () => {
      reset()
      tell()
    },
    close: () => {
      closing.abort()
      changes.close()
    },
  }
}
