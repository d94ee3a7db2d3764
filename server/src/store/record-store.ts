import type { ActionRun, ActionTarget, TargetKind } from '#domain/action-run.ts'
import type { Alert, Detection, Verdict } from '#domain/alert.ts'
import type { AuditEntry, AuditHead, ChainedEntry } from '#domain/audit.ts'
import type { Budgets } from '#domain/budget.ts'
import type { CollectedFile } from '#domain/collected-file.ts'
import type { CoverageLedger, FeedKey } from '#domain/coverage.ts'
import type { DeadLetter, Destination, ForwardFault } from '#domain/destination.ts'
import type { MailPerson, UnreachedCopy } from '#domain/follow-up.ts'
import type { TenantId } from '#domain/ids.ts'
import type { IntakeKey } from '#domain/intake-key.ts'
import type { Lease, Leases } from '#domain/lease.ts'
import type { Investigation, InvestigationDay, InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { TimeRange } from '#domain/query.ts'
import type { RetentionSettings } from '#domain/retention.ts'
import type {
  CorrelationHit,
  Reconciled,
  Reconciliation,
  RuleFile,
  RuleNoise,
  RuleTuning,
  RuleVersion,
} from '#domain/rule.ts'
import type { ActingStop } from '#domain/safeguards.ts'
import type { SavedSearch } from '#domain/saved-search.ts'
import type { Quarantined } from '#domain/outcome.ts'
import type { Connection, ConnectionTest, Credential, PasswordCredential, Tenant } from '#domain/tenant.ts'
import type { ApiToken, Identity, User, UserSession } from '#domain/user.ts'
import type { FilledList, ListedValue, ValueList } from '#domain/value-list.ts'

import type { ArrivalCursor, EventKey } from './event-store.ts'

/**
 * The record store: PostgreSQL, embedded or a server. One property a noun, one file a noun behind it
 * (store/postgres/<noun>.ts). Whatever belongs to a tenant takes the tenant.
 *
 * @throws AppError STORE_UNREACHABLE, STORE_REQUEST_REFUSED from every method.
 */
export interface RecordStore {
  migrate(): Promise<void>
  ping(): Promise<boolean>
  close(): Promise<void>

  tenants: {
    list(): Promise<Tenant[]>
    /** Creates it, or renames an existing one when `name` is given and differs. */
    ensure(id: TenantId, name: string): Promise<Tenant>
  }

  connections: {
    list(tenantId: TenantId): Promise<Connection[]>
    read(tenantId: TenantId, id: string): Promise<Connection | undefined>
    /** The credential is sealed (AES-256-GCM) before it is written and opened only here. */
    create(connection: Connection, credential: Credential | PasswordCredential): Promise<void>
    readCredential(tenantId: TenantId, id: string): Promise<Credential | PasswordCredential | undefined>
    /**
     * Text that is another when what a connection is used with has changed: its credential, its address, its settings, or the
     * roles found when a person last tested it. Undefined when there is none.
     */
    stamp(tenantId: TenantId, id: string): Promise<string | undefined>
    /**
     * Writes what may change of a connection: name, feeds, settings, and with `sealed` its credential and the one that is pending,
     * each as it is in the connection; a pending one is forgotten where the connection has none. False when there is none.
     */
    change(connection: Connection, sealed?: { credential?: Credential; pending?: Credential }): Promise<boolean>
    /** The credential of the certificate that is not used yet. */
    readPending(tenantId: TenantId, id: string): Promise<Credential | undefined>
    /**
     * Seals anew, a row a transaction, what is sealed under another key than the current one; what is under it stays as it is, so
     * that one that was cut off goes on. Returns how many rows it changed. @throws AppError STORE_KEY_WRONG.
     */
    reseal(): Promise<number>
    /** How many rows are sealed under another key than the current one. */
    countStale(): Promise<number>
    writeTest(tenantId: TenantId, id: string, test: ConnectionTest): Promise<void>
    remove(tenantId: TenantId, id: string): Promise<void>
  }

  coverage: CoverageLedger & {
    /** The ledger as the holder of a lease writes it. `commit` throws COLLECT_LEASE_LOST when another has taken the feed. */
    heldBy(lease: Lease): CoverageLedger
  }

  /** Which process reads which feed. */
  leases: Leases

  quarantine: {
    /** Repeating a record (same tenant, source and original) changes nothing. */
    add(tenantId: TenantId, source: QuarantineSource, records: readonly Quarantined[]): Promise<void>
    list(tenantId: TenantId, limit: number): Promise<QuarantinedRecord[]>
    countByStep(tenantId: TenantId): Promise<Record<string, number>>
  }

  alerts: {
    /**
     * Joins each detection to the open alert of its rule and group, or opens one. An event counts once per rule for ever,
     * so replaying a batch changes nothing. Returns the alerts that changed.
     *
     * @param isAdded history found them, not the stream; those that are new are marked so.
     */
    record(tenantId: TenantId, detections: readonly Detection[], now: string, isAdded?: boolean): Promise<Alert[]>
    list(tenantId: TenantId, filter: AlertFilter): Promise<Alert[]>
    read(tenantId: TenantId, id: string): Promise<Alert | undefined>
    /** Evidence, newest first. */
    eventIds(tenantId: TenantId, id: string, limit: number): Promise<string[]>
    /** The alerts that each of these events is evidence of, newest first; events without one are left out. */
    alertIdsOf(tenantId: TenantId, eventIds: readonly string[]): Promise<Map<string, string[]>>
    close(tenantId: TenantId, id: string, reason: string, now: string, verdict?: Verdict): Promise<Alert | undefined>
    reopen(tenantId: TenantId, id: string, now: string): Promise<Alert | undefined>
    /** Gives it to somebody, or with null to nobody; undefined when there is none. */
    assign(tenantId: TenantId, id: string, assignee: string | null, now: string): Promise<Alert | undefined>
    /** Takes an open one out of the queue until then, or with null puts it back; a closed one stays as it is. */
    suppress(tenantId: TenantId, id: string, until: string | null, now: string): Promise<Alert | undefined>
    countOpenBySeverity(tenantId: TenantId, now: string): Promise<Record<string, number>>
    /** By rule, of alerts opened since; rules without are left out. */
    noise(tenantId: TenantId, since: string): Promise<RuleNoise[]>
  }

  rules: {
    /** How often each tenant has changed anything here; those that never did are left out. For every process to notice. */
    revisions(): Promise<Map<TenantId, number>>
    /** As they are now. */
    files(tenantId: TenantId): Promise<RuleFile[]>
    /** A version a file, after those it has; files whose text is as given stay as they are. Returns the paths that changed. */
    write(
      tenantId: TenantId,
      files: readonly { path: string; text: string }[],
      about: Pick<RuleVersion, 'change' | 'note' | 'createdBy' | 'createdAt'>,
    ): Promise<string[]>
    /** Its versions stay. False when there is none. */
    removeFile(tenantId: TenantId, path: string): Promise<boolean>
    /** Newest first. */
    versions(tenantId: TenantId, path: string): Promise<RuleVersion[]>
    /** Of the rules that were ever switched. */
    switches(tenantId: TenantId): Promise<Map<string, boolean>>
    switch(tenantId: TenantId, ruleIds: readonly string[], isEnabled: boolean): Promise<void>
    /** Oldest first; also those that have expired. */
    tunings(tenantId: TenantId): Promise<RuleTuning[]>
    addTuning(tuning: RuleTuning): Promise<void>
    removeTuning(tenantId: TenantId, id: string): Promise<boolean>
  }

  /** Each change counts in `rules.revisions`. */
  valueLists: {
    /** By name, each with its values, newest first; also those that have expired. */
    list(tenantId: TenantId): Promise<FilledList[]>
    /** False when the tenant has one of that name. */
    create(list: ValueList): Promise<boolean>
    /** With its values. False when there is none. */
    remove(tenantId: TenantId, name: string): Promise<boolean>
    /** Adds values to a list that is there, or writes them anew; false, and adds none, where it would then hold more than `most`. */
    add(tenantId: TenantId, name: string, values: readonly ListedValue[], most: number): Promise<boolean>
    /** How many there were. */
    drop(tenantId: TenantId, name: string, values: readonly string[]): Promise<number>
  }

  /** What correlations remember, told by every process that detects. */
  correlationHits: {
    /** One that is told again may be given again. */
    add(tenantId: TenantId, hits: readonly CorrelationHit[]): Promise<void>
    /** In the order of their events' time, each once, in pages of any length; both ends of the span are in it. */
    byTime(tenantId: TenantId, span: { from?: string; until?: string }): AsyncIterable<CorrelationHit[]>
    /** From here on `arrivals` gives what was not there yet. */
    edge(tenantId: TenantId): Promise<HitCursor>
    /** Some, in the order of the transactions that wrote them; what is read to its end, again and again, misses none. */
    arrivals(
      tenantId: TenantId,
      after: HitCursor,
    ): Promise<{ hits: CorrelationHit[]; next: HitCursor; isLast: boolean }>
    /** Forgets those whose event and arrival are both older, and the oldest beyond some `most`; gives how many the latter were. */
    prune(tenantId: TenantId, before: string, most: number): Promise<number>
  }

  /** How far correlations have been held against history, and what came of it. */
  reconciliations: {
    /** By rule id. */
    list(tenantId: TenantId): Promise<Reconciled[]>
    write(reconciliation: Reconciliation): Promise<void>
    /** Forgets those of other rules. What is marked stays. */
    keep(tenantId: TenantId, ruleIds: readonly string[]): Promise<void>
    /** Events of a rule's alerts, open or closed, from a moment to before another; in no order. */
    evidence(tenantId: TenantId, ruleId: string, span: TimeRange): Promise<EventKey[]>
    /** Marks which events of a rule's alerts history does not confirm, and takes the mark from those that it does. */
    mark(
      tenantId: TenantId,
      ruleId: string,
      eventIds: { confirmed: readonly string[]; unconfirmed: readonly string[] },
    ): Promise<void>
  }

  investigations: {
    create(investigation: Investigation): Promise<void>
    list(tenantId: TenantId, limit: number): Promise<Investigation[]>
    read(tenantId: TenantId, id: string): Promise<Investigation | undefined>
    /** Changes state only from one of `from`; false when it was in none of them. */
    transition(
      tenantId: TenantId,
      id: string,
      from: readonly Investigation['state'][],
      change: Partial<Pick<Investigation, 'state' | 'failure' | 'startedAt' | 'endedAt'>>,
    ): Promise<boolean>
    /** Notes what was found out on the way, whatever the state. */
    note(
      tenantId: TenantId,
      id: string,
      change: Partial<Pick<Investigation, 'finding' | 'watchedUntil' | 'followUp'>>,
    ): Promise<void>
    /**
     * Adds mailboxes as they are, with the chunk they are searched in; those already there stay as they are. False, and adds
     * nothing, once the investigation is over or to be stopped.
     */
    addMailboxes(
      tenantId: TenantId,
      id: string,
      chunk: number,
      mailboxes: readonly InvestigationMailbox[],
    ): Promise<boolean>
    /** From now on every mailbox to search has a row. */
    closeList(tenantId: TenantId, id: string): Promise<void>
    /** Chunks with mailboxes that wait, in order, and whether all mailboxes are listed. */
    waiting(tenantId: TenantId, id: string, limit: number): Promise<{ chunks: number[]; listed: boolean }>
    /** By name. */
    mailboxes(tenantId: TenantId, id: string, filter?: MailboxPage): Promise<InvestigationMailbox[]>
    countMailboxes(tenantId: TenantId, id: string): Promise<Partial<Record<InvestigationMailbox['state'], number>>>
    /** All that wait become `skipped`, for this reason. */
    skipWaiting(tenantId: TenantId, id: string, reason: string): Promise<void>
    /** Writes a mailbox's outcome with its hits in one transaction; repeating it changes nothing. */
    commitMailbox(
      tenantId: TenantId,
      id: string,
      mailbox: InvestigationMailbox,
      hits: readonly MailHit[],
    ): Promise<void>
    /**
     * Writes hits that came otherwise than by searching their mailboxes, which stay as they are; those that are there stay so
     * too. Returns how many were new.
     */
    addHits(tenantId: TenantId, id: string, hits: readonly MailHit[]): Promise<number>
    /** Newest mail first. */
    hits(tenantId: TenantId, id: string, page?: { limit: number; offset: number }): Promise<MailHit[]>
    /** What was found and done, by day in UTC, newest first; days without either are left out. */
    days(tenantId: TenantId, id: string, limit: number): Promise<InvestigationDay[]>
    /** Over all tenants, for taking up work after a restart: the administrator's job list. */
    unfinished(): Promise<{ tenantId: TenantId; id: string }[]>
  }

  /** Who did what with the mails of an investigation, and the copies that could not be reached. */
  followUps: {
    /** People put in the place of what was known of them; others stay. Copies in the place of all that were there. */
    write(
      tenantId: TenantId,
      investigationId: string,
      people: readonly MailPerson[],
      unreached: readonly UnreachedCopy[],
    ): Promise<void>
    /** By name. */
    people(tenantId: TenantId, investigationId: string, page?: { limit: number; offset: number }): Promise<MailPerson[]>
    /** How many people there are, and how many of them did what. */
    count(tenantId: TenantId, investigationId: string): Promise<PeopleCount>
    /** By recipient. */
    unreached(tenantId: TenantId, investigationId: string): Promise<UnreachedCopy[]>
  }

  actionRuns: {
    /** Writes the run and all its targets in one transaction. */
    create(run: ActionRun, targets: readonly ActionTarget[]): Promise<void>
    list(
      tenantId: TenantId,
      filter: {
        investigationId?: string
        /** Only those that have it among their targets. */
        target?: Pick<ActionTarget, 'objectId'> & { kind: TargetKind }
        limit: number
      },
    ): Promise<ActionRun[]>
    read(tenantId: TenantId, id: string): Promise<ActionRun | undefined>
    transition(
      tenantId: TenantId,
      id: string,
      from: readonly ActionRun['state'][],
      change: Partial<Pick<ActionRun, 'state' | 'startedAt' | 'endedAt' | 'decidedBy' | 'decidedAt' | 'decisionNote'>>,
    ): Promise<boolean>
    targets(tenantId: TenantId, id: string): Promise<ActionTarget[]>
    /**
     * What the newest run that changed each message, by object id, found before it did, of runs that found it in an ordinary
     * folder; a message without one is left out.
     */
    earlier(tenantId: TenantId, objectIds: readonly string[]): Promise<Map<string, Record<string, unknown>>>
    /** The journal: durable when it resolves. */
    writeTarget(tenantId: TenantId, runId: string, target: ActionTarget): Promise<void>
    unfinished(): Promise<{ tenantId: TenantId; id: string }[]>
  }

  /** Of Microsoft's throttling, shared by every process of the installation. */
  budgets: Budgets

  users: {
    list(): Promise<User[]>
    /** With a password, or with an identity and none. False when the name is taken, or the identity. */
    create(user: User, passwordHash?: string): Promise<boolean>
    read(id: string): Promise<User | undefined>
    findByName(name: string): Promise<{ user: User; passwordHash?: string } | undefined>
    findByIdentity(identity: Identity): Promise<User | undefined>
    /** Notes that the issuer has vouched for them again. */
    confirm(id: string, at: string): Promise<void>
    /** Ends their sessions, but for the one of `except`. */
    setPassword(userId: string, passwordHash: string, except?: string): Promise<void>
    /**
     * Writes role, roles in tenants and whether somebody may sign in, and ends their sessions and API tokens, in one
     * transaction. `last` when nobody would be left who administers the installation: then nothing is written, unless `evenLast`.
     */
    change(user: User, options?: { evenLast: boolean }): Promise<'changed' | 'missing' | 'last'>
    /** As {@link change}, for good. */
    remove(id: string): Promise<'changed' | 'missing' | 'last'>
  }

  sessions: {
    /** Only the SHA-256 of the token is stored, for sessions and API tokens alike. */
    create(session: UserSession & { tokenHash: string; userId: string }): Promise<void>
    /** Not of somebody who may not sign in any more. */
    find(tokenHash: string, now: string): Promise<User | undefined>
    remove(tokenHash: string): Promise<void>
    /** Those that go on, newest first. */
    list(userId: string, now: string): Promise<(UserSession & { id: string })[]>
    /** By the id that {@link list} gives; false when the user has none of it. */
    end(userId: string, id: string): Promise<boolean>
    removeExpired(now: string): Promise<void>
  }

  apiTokens: {
    create(token: ApiToken & { tokenHash: string; userId: string }): Promise<void>
    /**
     * What the token leaves of its owner. Notes that it was used, to the minute. None of an owner who signs in elsewhere, when
     * nobody has vouched for them for `VOUCHED_DAYS`.
     */
    find(tokenHash: string, now: string): Promise<User | undefined>
    list(userId: string): Promise<ApiToken[]>
    /** False when the user has none of that id. */
    remove(userId: string, id: string): Promise<boolean>
  }

  intakeKeys: {
    /** Only the SHA-256 of the key is stored. */
    create(key: IntakeKey & { keyHash: string }): Promise<void>
    /** Also one that has expired. */
    find(keyHash: string): Promise<IntakeKey | undefined>
    /** By name. */
    list(tenantId: TenantId): Promise<IntakeKey[]>
    /** False when the tenant has none of that id. */
    remove(tenantId: TenantId, id: string): Promise<boolean>
  }

  /** Alerts that were opened or changed, from a cursor on; one that changes again comes again. */
  alertChanges(tenantId: TenantId, after: AlertCursor | undefined, limit: number): Promise<AlertChanges>

  destinations: {
    /** By name. */
    list(tenantId: TenantId): Promise<Destination[]>
    read(tenantId: TenantId, id: string): Promise<Destination | undefined>
    /** The secret is sealed as a connection's credential is, and opened only here. */
    create(destination: Destination, start: ForwardCursors & { secret?: string }): Promise<void>
    /** Writes name, options, filter and whether it is paused; its secret where one is given. False when there is none. */
    change(destination: Destination, secret?: string): Promise<boolean>
    remove(tenantId: TenantId, id: string): Promise<boolean>
    readSecret(tenantId: TenantId, id: string): Promise<string | undefined>
    readCursors(tenantId: TenantId, id: string): Promise<ForwardCursors>
    /** What became of a batch, in one transaction. @throws AppError COLLECT_LEASE_LOST when another process has taken over. */
    commit(lease: Lease, batch: ForwardedBatch): Promise<void>
    /** A fault that goes on keeps when it began. */
    noteFault(lease: FeedKey, fault: ForwardFault | null): Promise<void>
    /** Newest first. */
    deadLetters(tenantId: TenantId, id: string, page: { limit: number; offset: number }): Promise<DeadLetter[]>
    /** Those for which {@link retryLetters} asked for another try. */
    retriedLetters(tenantId: TenantId, id: string, limit: number): Promise<DeadLetter[]>
    /** How many there are to try again. */
    retryLetters(tenantId: TenantId, id: string): Promise<number>
    /** How many are gone. */
    discardLetters(tenantId: TenantId, id: string): Promise<number>
    /** As those of connections. */
    reseal(): Promise<number>
    countStale(): Promise<number>
  }

  savedSearches: {
    /** False when the tenant has one of that name. */
    create(search: SavedSearch): Promise<boolean>
    /** Writes one that is there; false when another has its name. */
    change(search: SavedSearch): Promise<boolean>
    read(tenantId: TenantId, id: string): Promise<SavedSearch | undefined>
    /** By name. */
    list(tenantId: TenantId): Promise<SavedSearch[]>
    remove(tenantId: TenantId, id: string): Promise<void>
  }

  /** Files that actions have brought from devices, sealed. One that is being written is not there yet. */
  collectedFiles: {
    /**
     * Writes the bytes as they arrive. One of the same id is replaced; where `bytes` throws, there is none.
     *
     * @throws what `bytes` throws.
     */
    keep(file: Omit<CollectedFile, 'sha256' | 'sizeBytes'>, bytes: AsyncIterable<Buffer>): Promise<CollectedFile>
    read(tenantId: TenantId, id: string): Promise<CollectedFile | undefined>
    /** Newest first. */
    list(tenantId: TenantId, filter: { actionRunId?: string; limit: number }): Promise<CollectedFile[]>
    /** What is in it, from first to last. @throws AppError STORE_KEY_WRONG while it is read. */
    bytes(tenantId: TenantId, id: string): AsyncGenerator<Buffer, void, undefined>
    /** False where it is not there. */
    remove(tenantId: TenantId, id: string): Promise<boolean>
    /** Those collected before that moment, and what was cut off. How many there were. */
    removeBefore(tenantId: TenantId, before: string): Promise<number>
    /** As those of connections. */
    reseal(): Promise<number>
    countStale(): Promise<number>
  }

  /** What holds actions back. */
  safeguards: {
    /** Stops of all acting that are in force for the tenant: that of the installation first, then its own. */
    stops(tenantId: TenantId): Promise<ActingStop[]>
    /** False when it is stopped already: the stop that is there stays. */
    stop(stop: ActingStop): Promise<boolean>
    /** Of the tenant, or of the installation. False when it was not stopped. */
    resume(tenantId?: TenantId): Promise<boolean>
    /** By name: actions that only run as shadow, or EVERY_ACTION. */
    shadowActions(tenantId: TenantId): Promise<string[]>
    /** All of them at once. */
    setShadowActions(tenantId: TenantId, actions: readonly string[]): Promise<void>
  }

  retention: {
    read(tenantId: TenantId): Promise<RetentionSettings>
    /** Of one dataset, or of the default when it is absent. Without days the setting goes. */
    set(tenantId: TenantId, dataset: string | undefined, days: number | undefined): Promise<void>
    noteApplied(tenantId: TenantId, at: string): Promise<void>
  }

  /** Who did what: append-only, in one chain for the whole installation. */
  audit: {
    /** Resolves when it is durable. What is written at once, by this process or another, gets its places one after another. */
    append(entry: AuditEntry): Promise<void>
    /** Newest first; of the whole installation without a tenant. */
    list(tenantId: TenantId | undefined, limit: number, filter?: AuditFilter): Promise<ChainedEntry[]>
    /** Entries up to this one, oldest first. */
    walk(last: number): AsyncIterable<ChainedEntry>
    /**
     * Where the chain ends as far as its head says, and whether the head has the seal of this installation; `newest` is the last entry there is
     * at the same moment.
     */
    head(): Promise<(AuditHead & { seal: 'whole' | 'missing' | 'broken'; newest: number }) | undefined>
    /** The sequence of the entry with this hash. */
    placeOf(hash: string): Promise<number | undefined>
  }
}

/** How far a destination got; from the beginning where absent. */
export interface ForwardCursors {
  eventsAfter?: ArrivalCursor
  alertsAfter?: AlertCursor
}

/** The place of a change of an alert: the transaction that made it (PostgreSQL's xid8), the alert's id. */
export interface AlertCursor {
  changedIn: string
  id: string
}

export interface AlertFilter {
  /** `suppressed` are open too, but out of the queue; `open` are those in it. */
  status?: Alert['status'] | 'suppressed'
  ruleId?: string
  /** Name of a user. */
  assignee?: string
  limit: number
  /** The moment at which what is suppressed is judged. */
  now: string
}

/** A place in the order of arrival: the transaction that wrote (PostgreSQL's xid8), and which of its rows. */
export interface HitCursor {
  changedIn: string
  id: string
}

export interface AlertChanges {
  alerts: Alert[]
  next: AlertCursor
  /** Nothing more had changed. */
  isLast: boolean
}

export interface ForwardedBatch extends ForwardCursors {
  delivered: number
  refused: readonly DeadLetter[]
  /** Dead letters that were sent again, whatever became of them: those refused again are in `refused`. */
  retried: readonly string[]
  at: string
}

export interface MailboxPage {
  state?: InvestigationMailbox['state']
  chunk?: number
  /** Part of a name, in any case. */
  name?: string
  limit?: number
  /** How many to leave out from the beginning. */
  offset?: number
}

export interface PeopleCount {
  people: number
  opened: number
  replied: number
  forwarded: number
  clicked: number
}

export interface QuarantineSource {
  dataset: string
  /** The feed's key, or the name of an imported file. */
  origin: FeedKey['feed'] | string
}

export interface QuarantinedRecord extends Quarantined, QuarantineSource {
  id: string
  createdAt: string
}

export interface AuditFilter {
  /** Whatever its case. */
  actor?: string | undefined
  /** The whole of it, or what stands before a dot. */
  action?: string | undefined
  from?: string | undefined
  /** Exclusive. */
  to?: string | undefined
  /** Entries before this one. */
  before?: number | undefined
}
