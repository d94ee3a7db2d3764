import { join } from 'node:path'

import { CLOUDS, loadCloudFile } from '#connect/clouds.ts'
import type { Traffic } from '#connect/microsoft.ts'
import type { Wait } from '#connect/throttle.ts'
import { createBackTest } from '#detect/sql/back-test.ts'
import { createReadKnown } from '#detect/sql/known.ts'
import { createReadPast } from '#detect/sql/past.ts'
import type { Clock } from '#domain/clock.ts'
import type { LedgerWindow, FeedKey } from '#domain/coverage.ts'
import { AppError, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { IntakeKey } from '#domain/intake-key.ts'
import { parseQuery } from '#domain/kql.ts'
import type { IntakeCounts } from '#domain/outcome.ts'
import type { TimeRange } from '#domain/query.ts'
import type { Tenant } from '#domain/tenant.ts'
import { FEEDS } from '#collect/feeds/index.ts'
import { DESTINATIONS } from '#forward/destinations/index.ts'
import { normalizerOf } from '#normalize/normalize-record.ts'

import { type Actions, createActions } from './actions.ts'
import { type Alerts, createAlerts } from './alerts.ts'
import { createApprovalLinks } from './approval-links.ts'
import { type AuditLog, createAudit, createAuditLog } from './audit.ts'
import { type ApiTokens, createApiTokens } from './api-tokens.ts'
import { type AskBackFill, createBackFill } from './back-fill.ts'
import { type Bus, createBus } from './bus.ts'
import { type CollectedFiles, createCollectedFiles } from './collected-files.ts'
import { type Collectors, createCollectors } from './collectors.ts'
import type { Config } from './config.ts'
import { type Connections, createConnections } from './connections.ts'
import { createConnectionWatch } from './connection-watch.ts'
import { createDestinations, type Destinations } from './destinations.ts'
import { createEventFields, type EventFields } from './event-fields.ts'
import { createEvidence, type Evidence } from './evidence.ts'
import { createEventExport, type ExportEvents } from './export/event-export.ts'
import { createForwarding, type Forwarding } from './forwarding.ts'
import { createIntake } from './intake.ts'
import { createIntakeKeys, type IntakeKeys } from './intake-keys.ts'
import { createInvestigations, type Investigations } from './investigations.ts'
import { createJobs } from './jobs.ts'
import { createKeys, type Keys } from './keys.ts'
import { createMetrics, type MetricsReader } from './metrics.ts'
import { createMicrosofts } from './microsofts.ts'
import { createOverview, type OverviewReader } from './overview.ts'
import { FEATURES } from './permissions.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import { type Pushed, takePushed } from './pushed-records.ts'
import { createRetention, type Retention } from './retention.ts'
import { createEntities, type Entities } from './entities.ts'
import { createSafeguards, type Safeguards } from './safeguards.ts'
import { readBaseRules, ruleLeftOut } from './rules/base-rules.ts'
import { createCorrelating } from './rules/correlating.ts'
import { createExplainRule, type ExplainRule } from './rules/explain.ts'
import { openRuleBook } from './rules/rule-book.ts'
import { createReconciling } from './rules/reconciling.ts'
import { createRules, type Rules } from './rules/rules.ts'
import { documentsIn } from './rules/summary.ts'
import { createValueLists, type ValueLists } from './rules/value-lists.ts'
import { createSavedSearches, type SavedSearches } from './saved-searches.ts'
import { createSearch, type Search } from './search.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { openSignOn } from './open-sign-on.ts'
import { createSignOn, type SignOn } from './sign-on.ts'
import { createSignOnPeople } from './sign-on-people.ts'
import { openStores } from './stores.ts'
import { createTickets, type Tickets } from './tickets.ts'
import { createUsers, type Users } from './users.ts'
import { VERSION } from './version.ts'
import { createWork } from './work.ts'

/** Rules that come with Cordon, seen from this file. */
export const OWN_RULES = join(import.meta.dirname, '../../../rules')

/** Cordon, put together: what the ways in (http, cli) work with. */
export interface Application {
  version: string
  /** Aborted when the application begins to stop: open streams end. */
  stopping: AbortSignal
  bus: Bus
  log: Log
  tenants: { list(): Promise<Tenant[]>; ensure(id: TenantId, name: string): Promise<Tenant> }
  audit: AuditLog
  sessions: Sessions
  signOn: SignOn
  /** How people may sign in, and under which address they reach Cordon where that is known. */
  signIn: { passwords: 'on' | 'off'; url?: string }
  tickets: Tickets
  apiTokens: ApiTokens
  users: Users
  connections: Connections
  keys: Keys
  intakeKeys: IntakeKeys
  destinations: Destinations
  /** Resolves when what a program pushes is durable. @throws AppError INTAKE_BODY_UNREADABLE, REQUEST_TOO_LARGE, STORE_*. */
  takePushed(key: IntakeKey, pushed: Pushed): Promise<IntakeCounts>
  search: Search
  eventFields: EventFields
  exportEvents: ExportEvents
  savedSearches: SavedSearches
  retention: Retention
  alerts: Alerts
  rules: Rules
  valueLists: ValueLists
  explainRule: ExplainRule
  investigations: Investigations
  collectedFiles: CollectedFiles
  evidence: Evidence
  actions: Actions
  safeguards: Safeguards
  entities: Entities
  overview: OverviewReader
  /** Windows of the tenant's feeds that touch the range, oldest first. */
  coverage(tenantId: TenantId, range: TimeRange): Promise<(LedgerWindow & FeedKey)[]>
  backFill: AskBackFill
  /** How the feeds of all tenants stand, for Prometheus. */
  metrics: MetricsReader
  pipeline: Pipeline
  /** Requests to Microsoft since this process began. */
  traffic(): Promise<Traffic>
  /** @throws AppError STORE_UNREACHABLE when a store does not answer. */
  ping(): Promise<void>
  /** Starts collecting, and takes up the investigations and actions that a stop cut off. */
  start(): Promise<void>
  /** Ends the open streams, so that the server in front can stop. */
  drain(): void
  /** Stops in order: collectors, work, stores. Nothing that was acknowledged is lost. */
  close(): Promise<void>
}

/** Where errors go that no person waits for. */
export type Log = (error: AppError) => void

/**
 * Puts Cordon together: the only place that knows the lists of units and the engines of the stores.
 *
 * @param parts.roundEveryMs how often an investigation that watches looks for new mail; five minutes when absent.
 * @param parts.retestEveryMs how often a connection is tested while consent spreads; a minute when absent.
 *
 * @param parts.lookbackMs how far back the first pass over a feed begins; as far as Microsoft keeps records when absent.
 * @param parts.wait how to wait when Microsoft says so; timers when absent.
 *
 * @throws AppError as {@link openStores}; CONFIG_VALUE_INVALID for the cloud file.
 */
export async function compose(
  config: Config,
  parts: {
    clock: Clock
    log: Log
    note?: (line: string) => void
    roundEveryMs?: number
    retestEveryMs?: number
    lookbackMs?: number
    wait?: Wait
  },
): Promise<Application> {
  const { clock, log, note = () => {}, roundEveryMs, retestEveryMs } = parts
  await using undo = new AsyncDisposableStack()
  const { events, records, pool, keys, seal } = await openStores(config, undo)
  const clouds = config.cloudFile ? [...CLOUDS, await loadCloudFile(config.cloudFile)] : CLOUDS
  const base = await readBaseRules(OWN_RULES, join(config.dataFolder, 'rules'))
  const book = await openRuleBook({ base, records, clock, log })
  undo.defer(() => book.close())
  for (const problem of book.problems) if (problem.severity === 'error') log(ruleLeftOut(problem))

  const stopping = new AbortController()
  const bus = createBus()
  const audit = createAudit(records, clock)
  const correlating = createCorrelating({
    book,
    records,
    readPast: createReadPast(events.hunt, clock),
    readKnown: createReadKnown(events.hunt),
    bus,
    clock,
    log,
  })
  undo.defer(() => correlating.close())
  const reconciling = createReconciling({ book, events, records, bus, clock, log })
  undo.defer(() => reconciling.close())
  const pipeline = createPipeline({
    detectorOf: (tenantId) => book.of(tenantId).detector,
    correlate: (tenantId) => correlating.wake(tenantId),
    events,
    records,
    bus,
    clock,
    normalizerOf,
  })
  const intake = createIntake(pipeline)
  undo.defer(() => intake.close())
  const microsofts = createMicrosofts(records, clouds, clock, parts.wait)
  undo.defer(() => microsofts.close())
  const jobs = createJobs({
    pool,
    alone: config.postgresUrl === undefined,
    onError: (error) => log(toAppError(error, 'A piece of work was put off.')),
  })
  undo.defer(() => jobs.stop())
  const work = createWork({
    records,
    microsofts,
    jobs,
    bus,
    clock,
    fileMaxBytes: config.fileMaxBytes,
    ...(roundEveryMs !== undefined && { roundEveryMs }),
  })
  const collectors: Collectors = createCollectors({
    feeds: FEEDS,
    records,
    microsofts,
    intake,
    clock,
    log,
    note,
    pollMs: config.pollMs,
    alone: config.postgresUrl === undefined,
    ...(parts.lookbackMs !== undefined && { lookbackMs: parts.lookbackMs }),
  })
  undo.defer(() => collectors.close())
  const connectionWatch = createConnectionWatch({
    jobs,
    clock,
    ...(retestEveryMs !== undefined && { againMs: retestEveryMs }),
  })
  const connections = createConnections({
    records,
    microsofts,
    clouds,
    feeds: FEEDS,
    features: FEATURES,
    audit,
    clock,
    changed: () => collectors.refresh(),
    testSoon: (id, testedAt) => connectionWatch.testSoon(id, testedAt),
  })
  const destinations = createDestinations({
    kinds: DESTINATIONS,
    records,
    events,
    audit,
    clock,
    dataFolder: config.dataFolder,
    changed: () => forwarding.refresh(),
  })
  const forwarding: Forwarding = createForwarding({
    events,
    records,
    clock,
    open: (destination) => destinations.open(destination),
    log,
  })
  undo.defer(() => forwarding.close())
  const search = createSearch(events, (text) =>
    parseQuery(text, { now: clock.now(), check: (term) => events.checkTerm(term) }),
  )
  const sessions = createSessions(records, clock, audit, config.passwords)
  const tickets = createTickets(seal, clock)
  const openId = config.signOn && (await openSignOn(config.signOn, clouds, clock))
  undo.defer(() => openId?.close())
  const signOn = createSignOn({
    directories: config.signOn?.directories ?? [],
    openId,
    origin: config.url ?? '',
    people: createSignOnPeople(records, clock, audit),
    sessions,
    tickets,
    audit,
    clock,
  })
  const retention = createRetention({ events, records, audit, clock, jobs, fileDays: config.fileDays })
  const opened = undo.move()

  return {
    version: VERSION,
    stopping: stopping.signal,
    bus,
    log,
    tenants: records.tenants,
    audit: createAuditLog(records, clock, audit),
    sessions,
    signOn,
    signIn: { passwords: config.passwords, ...(config.url !== undefined && { url: config.url }) },
    tickets,
    apiTokens: createApiTokens(records, clock, audit),
    users: createUsers(records, clock, audit),
    connections,
    keys: createKeys(keys, records, audit),
    intakeKeys: createIntakeKeys(records, clock, audit),
    destinations,
    takePushed: (key, pushed) => takePushed({ intake, clock }, key, pushed),
    search,
    eventFields: createEventFields({ events, audit, clock }),
    exportEvents: createEventExport({ events, search, audit, clock }),
    savedSearches: createSavedSearches(records, clock, audit),
    retention,
    alerts: createAlerts({
      records,
      events,
      audit,
      bus,
      clock,
      ruleOf: (tenantId, id) => documentsIn(book.of(tenantId).set).find((rule) => rule.id === id),
    }),
    explainRule: createExplainRule({ book, events }),
    valueLists: createValueLists({ book, records, audit, clock }),
    rules: createRules({
      book,
      correlating,
      reconciling,
      records,
      events,
      audit,
      clock,
      runBackTest: createBackTest(events.hunt),
    }),
    investigations: createInvestigations({
      records,
      microsofts,
      audit,
      bus,
      clock,
      start: work.startInvestigation,
    }),
    collectedFiles: createCollectedFiles(records, audit),
    evidence: createEvidence({ records, microsofts, audit, clock }),
    actions: createActions({
      records,
      audit,
      bus,
      clock,
      start: work.startActionRun,
      links: createApprovalLinks(tickets, clock),
      approvalFrom: config.approvalFrom,
      goodForMs: config.planMs,
      ownApplications: config.signOn && [config.signOn.clientId],
      open: microsofts.open,
    }),
    safeguards: createSafeguards({ records, audit, bus, clock, takeUp: work.takeUpActionRuns }),
    entities: createEntities({ records, search, clock, open: microsofts.open }),
    overview: createOverview({ records, events, feedStates: (tenantId) => collectors.states(tenantId), clock }),
    coverage: (tenantId, range) => records.coverage.windows(tenantId, range),
    metrics: createMetrics({ records, collectors, destinations, correlating, reconciling, clock }),
    backFill: createBackFill({ records, feeds: FEEDS, audit, clock, wake: () => collectors.refresh() }),
    pipeline,
    traffic: () => microsofts.traffic(),

    async ping() {
      const [recordsAnswer, eventsAnswer] = await Promise.all([records.ping(), events.ping()])
      if (recordsAnswer && eventsAnswer) return
      throw new AppError({
        code: 'STORE_UNREACHABLE',
        what: 'Cordon is not well.',
        why: `The ${recordsAnswer ? 'event' : 'record'} store does not answer.`,
        fix: 'Run `npx cordon doctor`.',
        retry: 'backoff',
      })
    },

    async start() {
      await work.start()
      await connectionWatch.start(connections)
      await retention.start()
      await collectors.refresh()
      await forwarding.refresh()
      await correlating.start()
      reconciling.start()
    },

    drain: () => stopping.abort(new Error('Cordon is stopping.')),
    close: () => opened.disposeAsync(),
  }
}
