import type { ColumnType, Generated, JSONColumnType, Kysely, Transaction } from 'kysely'

import type { ActionRun, ActionSample, ActionTarget } from '#domain/action-run.ts'
import type { Alert, Verdict } from '#domain/alert.ts'
import type { Origin } from '#domain/audit.ts'
import type { LedgerWindow } from '#domain/coverage.ts'
import type { DeadLetter, ForwardFault, ForwardFilter } from '#domain/destination.ts'
import type { Finding, FollowUp, HitOrigin, UnreachedCopy } from '#domain/follow-up.ts'
import type { TenantId } from '#domain/ids.ts'
import type {
  Investigation,
  InvestigationMailbox,
  MailFilter,
  MailTargets,
  PairFinding,
} from '#domain/investigation.ts'
import type { IntakeCounts } from '#domain/outcome.ts'
import type { Reconciliation, RuleVersion } from '#domain/rule.ts'
import type {
  Connection,
  ConnectionSettings,
  ConnectionTest,
  ExchangeAddress,
  PublicCertificate,
} from '#domain/tenant.ts'
import type { Right, Role, Standing } from '#domain/user.ts'
import type { ArrivalCursor } from '#store/event-store.ts'
import type { AlertCursor } from '#store/record-store.ts'

/**
 * The tables of the record store as Kysely sees them: camelCase here, snake_case in PostgreSQL. What they are for stands
 * with the migrations; the two are kept in step by hand, and the store's suite runs every column.
 *
 * A tenant's table has the tenant first in its primary key and in every index.
 */
export interface Tables {
  tenants: { id: TenantId; name: string; createdAt: Generated<Date> }
  connections: ConnectionTable
  checkpoints: FeedColumns & { until: Moment }
  ledgerBatches: FeedColumns & { id: string; availableAt: Moment; storedAt: Moment; counts: Json<IntakeCounts> }
  ledgerWindows: LedgerWindowTable
  feedLeases: FeedLeaseTable
  quarantine: QuarantineTable
  alerts: AlertTable
  alertEvidence: AlertEvidenceTable
  ruleRevisions: { tenantId: TenantId; revision: string }
  ruleVersions: RuleVersionTable
  ruleFiles: { tenantId: TenantId; path: string; version: number }
  ruleSwitches: { tenantId: TenantId; ruleId: string; isEnabled: boolean }
  ruleTunings: RuleTuningTable
  valueLists: ValueListTable
  listedValues: ListedValueTable
  correlationHits: CorrelationHitTable
  reconciliations: ReconciliationTable
  investigations: InvestigationTable
  investigationMailboxes: InvestigationMailboxTable
  mailHits: MailHitTable
  mailPeople: MailPersonTable
  unreachedCopies: InvestigationColumns & UnreachedCopy
  actionRuns: ActionRunTable
  actionTargets: ActionTargetTable
  collectedFiles: CollectedFileTable
  collectedPieces: { tenantId: TenantId; fileId: string; number: number; sealed: Buffer }
  users: UserTable
  userRoles: { tenantId: TenantId; userId: string; role: Role }
  sessions: SessionTable
  apiTokens: ApiTokenTable
  intakeKeys: IntakeKeyTable
  savedSearches: SavedSearchTable
  retention: { tenantId: TenantId; dataset: string; days: number }
  retentionPasses: { tenantId: TenantId; appliedAt: Moment }
  actingStops: { tenantId: string; reason: string; stoppedBy: string; stoppedAt: Moment }
  shadowActions: { tenantId: TenantId; action: string }
  destinations: DestinationTable
  deadLetters: DeadLetterTable
  audit: AuditTable
  auditHead: { id: number; sequence: ColumnType<string, string, string>; hash: string; sealed: Buffer | null }
}

export type Database = Kysely<Tables>
export type DatabaseTransaction = Transaction<Tables>

/** Read as a `Date`, written as ISO text. */
type Moment = ColumnType<Date, string, string>
type MomentOrNull = ColumnType<Date | null, string | null | undefined, string | null>
type Json<Value extends object> = JSONColumnType<Value, Value, Value>
type JsonOrNull<Value extends object> = ColumnType<Value | null, Value | null | undefined, Value | null>
type FlagOrNull = ColumnType<boolean | null, boolean | null | undefined, boolean | null>
type TextOrNull = ColumnType<string | null, string | null | undefined, string | null>

interface FeedColumns {
  tenantId: TenantId
  connectionId: string
  feed: string
}

interface ConnectionTable {
  tenantId: TenantId
  id: string
  name: string
  cloud: string
  clientId: string
  credentialKind: Connection['credentialKind']
  /** AES-256-GCM, see store/seal.ts. */
  sealedCredential: Buffer
  certificate: JsonOrNull<PublicCertificate>
  pendingCertificate: JsonOrNull<PublicCertificate>
  /** As `sealedCredential`. */
  sealedPending: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
  feeds: string[]
  secretFeeds: ColumnType<string[] | null, string[] | null | undefined, string[] | null>
  exchange: JsonOrNull<ExchangeAddress>
  settings: Json<ConnectionSettings>
  createdAt: Moment
  lastTest: JsonOrNull<ConnectionTest>
}

interface CollectedFileTable {
  tenantId: TenantId
  id: string
  actionRunId: string
  session: string
  deviceId: string
  deviceName: string
  path: string
  /** Null until the whole of it is there. */
  sha256: TextOrNull
  sizeBytes: ColumnType<string, number | undefined, number>
  collectedAt: Moment
  /** As `sealedCredential`. */
  sealedKey: Buffer
}

interface LedgerWindowTable extends FeedColumns {
  from: Moment
  to: Moment
  state: LedgerWindow['state']
  listed: number
  stored: number
  late: number
  counts: Json<IntakeCounts>
  reason: TextOrNull
  updatedAt: Moment
  requestedAt: MomentOrNull
}

interface FeedLeaseTable extends FeedColumns {
  /** The process that reads it; null when none does. */
  holder: TextOrNull
  /** Counts who took it; PostgreSQL's bigint comes as text. */
  token: Generated<string>
  expiresAt: Generated<Date>
  dueAt: Generated<Date>
  failures: Generated<number>
  edge: MomentOrNull
}

interface QuarantineTable {
  tenantId: TenantId
  id: string
  dataset: string
  origin: string
  step: string
  error: string
  /** Bytes, because a broken record may hold what PostgreSQL's text cannot (U+0000). */
  original: Buffer
  createdAt: Generated<Date>
}

interface RuleVersionTable {
  tenantId: TenantId
  path: string
  version: number
  text: string
  change: RuleVersion['change']
  note: TextOrNull
  createdBy: string
  createdAt: Moment
}

interface RuleTuningTable {
  tenantId: TenantId
  id: string
  ruleId: string
  yaml: string
  reason: string
  expiresAt: MomentOrNull
  createdBy: string
  createdAt: Moment
}

interface ValueListTable {
  tenantId: TenantId
  name: string
  description: string
  createdBy: string
  createdAt: Moment
}

interface ListedValueTable {
  tenantId: TenantId
  list: string
  value: string
  note: TextOrNull
  expiresAt: MomentOrNull
  addedBy: string
  addedAt: Moment
}

interface AlertEvidenceTable {
  tenantId: TenantId
  ruleId: string
  eventId: string
  alertId: string | null
  eventTime: Moment
  /** Of correlations: history found what the stream had not. */
  isAdded: FlagOrNull
  /** Of correlations: history was asked, and does not say so. */
  isUnconfirmed: FlagOrNull
}

interface ReconciliationTable {
  tenantId: TenantId
  ruleId: string
  until: Moment
  waiting: JSONColumnType<Reconciliation['waiting']>
  passedAt: MomentOrNull
  fault: JsonOrNull<NonNullable<Reconciliation['fault']>>
}

interface CorrelationHitTable {
  tenantId: TenantId
  id: string
  /** Of the events, counted from 1970. */
  minute: ColumnType<string, number, never>
  count: number
  /** JSON. */
  hits: string
  changedIn: ColumnType<string, never, never>
  arrivedAt: ColumnType<Date, never, never>
}

interface AlertTable {
  tenantId: TenantId
  id: string
  ruleId: string
  ruleTitle: string
  severity: Alert['severity']
  attack: string[]
  groupKey: string
  sentence: string
  status: Alert['status']
  closeReason: TextOrNull
  assignee: TextOrNull
  suppressedUntil: MomentOrNull
  verdict: ColumnType<Verdict | null, Verdict | null | undefined, Verdict | null>
  eventCount: number
  firstEventAt: Moment
  lastEventAt: Moment
  createdAt: Moment
  updatedAt: Moment
}

interface InvestigationTable {
  tenantId: TenantId
  id: string
  connectionId: string
  name: string
  filter: Json<MailFilter>
  targets: Json<MailTargets>
  method: Investigation['method']
  duration: Json<Investigation['duration']>
  state: Investigation['state']
  failure: TextOrNull
  finding: JsonOrNull<PairFinding>
  /** Every mailbox to search has a row. */
  listed: boolean
  watchedUntil: MomentOrNull
  followUp: JsonOrNull<FollowUp>
  mailboxesTotal: number
  mailboxesDone: number
  mailboxesFailed: number
  hits: number
  createdBy: string
  createdAt: Moment
  startedAt: MomentOrNull
  endedAt: MomentOrNull
}

interface InvestigationMailboxTable {
  tenantId: TenantId
  investigationId: string
  userId: string
  userPrincipalName: string
  displayName: string
  /** Mailboxes of one number are searched by one job. */
  chunk: number
  state: InvestigationMailbox['state']
  hits: number
  reason: TextOrNull
  searchedAt: MomentOrNull
}

interface MailHitTable {
  tenantId: TenantId
  investigationId: string
  id: string
  userId: string
  userPrincipalName: string
  messageId: string
  internetMessageId: string
  subject: string
  sender: string
  receivedAt: Moment
  folderId: string
  folderName: string
  isRead: boolean
  hasAttachments: boolean
  matched: string[]
  foundBy: HitOrigin
  foundAt: Moment
}

interface InvestigationColumns {
  tenantId: TenantId
  investigationId: string
}

interface MailPersonTable extends InvestigationColumns {
  userPrincipalName: string
  userId: TextOrNull
  opened: Json<Finding>
  replied: Json<Finding>
  forwarded: Json<Finding>
  clicked: Json<Finding>
}

interface ActionRunTable {
  tenantId: TenantId
  id: string
  connectionId: string
  action: string
  targetKind: ActionRun['targetKind']
  investigationId: TextOrNull
  state: ActionRun['state']
  effect: string
  reversible: boolean
  options: JsonOrNull<Record<string, unknown>>
  shadow: boolean
  targetsTotal: number
  mailboxesTotal: ColumnType<number | null, number | null | undefined, number | null>
  mailboxesCovered: ColumnType<number | null, number | null | undefined, number | null>
  sample: ColumnType<ActionSample[], string, never>
  needsApproval: boolean
  expiresAt: Moment
  decidedBy: TextOrNull
  decidedAt: MomentOrNull
  decisionNote: TextOrNull
  createdBy: string
  createdAt: Moment
  startedAt: MomentOrNull
  endedAt: MomentOrNull
}

interface ActionTargetTable {
  tenantId: TenantId
  runId: string
  id: string
  ref: string
  objectId: string
  name: string
  address: string
  lane: string
  state: ActionTarget['state']
  before: JsonOrNull<Record<string, unknown>>
  proof: TextOrNull
  reason: TextOrNull
  updatedAt: Moment
}

interface UserTable {
  id: string
  name: string
  role: Standing
  createdAt: Moment
  passwordHash: TextOrNull
  issuer: TextOrNull
  subject: TextOrNull
  confirmedAt: MomentOrNull
  disabledAt: MomentOrNull
}

interface SessionTable {
  tokenHash: string
  userId: string
  createdAt: Moment
  expiresAt: Moment
  address: string
  userAgent: string
}

interface ApiTokenTable {
  id: string
  tokenHash: string
  userId: string
  name: string
  role: Role
  rights: ColumnType<Right[] | null, Right[] | null | undefined, never>
  tenantIds: ColumnType<string[] | null, string[] | null | undefined, never>
  createdAt: Moment
  expiresAt: Moment
  lastUsedAt: MomentOrNull
}

interface SavedSearchTable {
  tenantId: TenantId
  id: string
  name: string
  query: string
  from: string
  to: string
  columns: string[]
  createdBy: string
  createdAt: Moment
  updatedAt: Moment
}

interface IntakeKeyTable {
  tenantId: TenantId
  id: string
  keyHash: string
  name: string
  dataset: string
  createdAt: Moment
  expiresAt: MomentOrNull
}

interface DestinationTable {
  tenantId: TenantId
  id: string
  name: string
  kind: string
  options: Json<Record<string, unknown>>
  /** As a connection's credential. */
  sealedSecret: ColumnType<Buffer | null, Buffer | null, Buffer>
  filter: Json<ForwardFilter>
  isPaused: boolean
  createdAt: Moment
  eventsAfter: JsonOrNull<ArrivalCursor>
  alertsAfter: JsonOrNull<AlertCursor>
  delivered: Generated<string>
  lastDeliveredAt: MomentOrNull
  fault: JsonOrNull<ForwardFault>
}

interface DeadLetterTable {
  tenantId: TenantId
  destinationId: string
  id: string
  kind: DeadLetter['kind']
  dataset: string
  timeMs: number
  /** Bytes, as those of quarantine. */
  document: Buffer
  reason: string
  refusedAt: Moment
  /** Somebody asked for another try. */
  isRetried: boolean
}

interface AuditTable {
  sequence: ColumnType<string, number, never>
  at: Moment
  actor: string
  tenantId: ColumnType<TenantId | null, TenantId | null | undefined, never>
  action: string
  detail: Json<Record<string, unknown>>
  origin: JsonOrNull<Origin>
  previousHash: string
  hash: string
}
