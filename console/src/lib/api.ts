import {
  ActionList,
  ActionRun,
  ActionRunDetail,
  ActionRunList,
  ApprovalLink,
  Alert,
  AlertDetail,
  AlertList,
  ApiToken,
  ApiTokenList,
  AuditEntries,
  AuditVerification,
  BackFill,
  BackTest,
  CloudList,
  CollectedFileList,
  CreatedUser,
  Connection,
  ConnectionList,
  ConnectionTest,
  Coverage,
  DeadLetterList,
  Destination,
  DestinationKindList,
  DestinationList,
  DestinationTest,
  EventFields,
  EventPage,
  Facets,
  FeedCheckList,
  Histogram,
  Investigation,
  InvestigationEstimate,
  InvestigationList,
  InvestigationMailboxes,
  InvestigationDays,
  InvestigationPeople,
  MailHits,
  MessageView,
  NewPassword,
  Overview,
  PermissionPlan,
  RuleCheck,
  RuleDetail,
  RuleExplanations,
  RuleImport,
  RuleList,
  SavedSearch,
  SavedSearchList,
  SettledLetters,
  Session,
  SignInWays,
  StoredEvent,
  Surrounding,
  TopValues,
  User,
  DeviceEntity,
  ServicePrincipalEntity,
  Safeguards,
  UserEntity,
  UserList,
  UserSessionList,
  ValueList,
  ValueListList,
  type CreateApiToken,
  type ApproveActionRun,
  type ArchiveRequest,
  type BackFillRequest,
  type ChangeConnection,
  type ChangePassword,
  type ChangeUser,
  type CreateUser,
  type ChangeDestination,
  type ChangeRule,
  type ChangeSafeguards,
  type ChangeSavedSearch,
  type ChangeValueListInput,
  type CreateConnection,
  type CreateDestination,
  type CreateExchangeConnection,
  type CreateInvestigationInput,
  type CreateSavedSearch,
  type CreateValueList,
  type DownloadCollectedFile,
  type EventExportParams,
  type ExportParams,
  type ImportRules,
  type InvestigationMailbox,
  type PlanActionRun,
  type PlanRequest,
  type SignIn,
  type StopActing,
  type SwitchRules,
  type TuneRule,
  type UpdateAlert,
} from '@cordon/api'

import { address, call, command, file, stream } from './http.ts'

/** Of somebody else where one is named, else the own. */
const of = (userId: string | undefined, path: string) =>
  userId === undefined ? path : `/users/${encodeURIComponent(userId)}${path}`

const auditPath = (tenantId: string | undefined) => (tenantId === undefined ? '/audit' : `/tenants/${tenantId}/audit`)

/** Installation-wide calls. */
export const api = {
  session: () => call(Session, '/session'),
  signIn: (body: SignIn) => call(Session, '/session', { method: 'POST', body }),
  signInWays: () => call(SignInWays, '/sign-on'),
  /** Where a browser goes to sign in with Microsoft: an address, not a call. */
  signOnAddress: (directory: string, next?: string) => address('/sign-on/start', { directory, next }),
  signOut: () => command('/session', { method: 'DELETE' }),
  changePassword: (body: ChangePassword) => command('/session/password', { method: 'POST', body }),
  sessions: (userId?: string) => call(UserSessionList, of(userId, '/sessions')),
  endSession: (id: string, userId?: string) =>
    command(of(userId, `/sessions/${encodeURIComponent(id)}`), { method: 'DELETE' }),
  tokens: (userId?: string) => call(ApiTokenList, of(userId, '/tokens')),
  createToken: (body: CreateApiToken) => call(ApiToken, '/tokens', { method: 'POST', body }),
  deleteToken: (id: string, userId?: string) =>
    command(of(userId, `/tokens/${encodeURIComponent(id)}`), { method: 'DELETE' }),
  users: () => call(UserList, '/users'),
  createUser: (body: CreateUser) => call(CreatedUser, '/users', { method: 'POST', body }),
  changeUser: (id: string, body: ChangeUser) => call(User, of(id, ''), { method: 'PATCH', body }),
  removeUser: (id: string) => command(of(id, ''), { method: 'DELETE' }),
  resetPassword: (id: string) => call(NewPassword, of(id, '/password'), { method: 'POST' }),
  audit: (params: URLSearchParams, tenantId?: string) => call(AuditEntries, `${auditPath(tenantId)}?${params}`),
  verifyAudit: () => call(AuditVerification, '/audit/verification'),
  exportAudit: (tenantId?: string) => file(`${auditPath(tenantId)}/export`, {}),
  clouds: () => call(CloudList, '/clouds'),
  destinationKinds: () => call(DestinationKindList, '/destination-kinds'),
  actions: () => call(ActionList, '/actions'),
  stopActing: (body: StopActing) => command('/acting/stop', { method: 'POST', body }),
  resumeActing: () => command('/acting/resume', { method: 'POST' }),
  connections: () => call(ConnectionList, '/connections'),
  connection: (id: string) => call(Connection, `/connections/${encodeURIComponent(id)}`),
  createConnection: (body: CreateConnection) => call(Connection, '/connections', { method: 'POST', body }),
  createExchangeConnection: (body: CreateExchangeConnection) =>
    call(Connection, '/connections/exchange', { method: 'POST', body }),
  planConnection: (body: PlanRequest) => call(PermissionPlan, '/connections/plan', { method: 'POST', body }),
  checkConnection: (body: CreateConnection) => call(FeedCheckList, '/connections/check', { method: 'POST', body }),
  checkFeeds: (id: string, body: ChangeConnection) =>
    call(FeedCheckList, `/connections/${encodeURIComponent(id)}/feeds/check`, { method: 'POST', body }),
  changeConnection: (id: string, body: ChangeConnection) =>
    call(Connection, `/connections/${encodeURIComponent(id)}`, { method: 'PATCH', body }),
  removeConnection: (id: string) => command(`/connections/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  testConnection: (id: string) =>
    call(ConnectionTest, `/connections/${encodeURIComponent(id)}/test`, { method: 'POST' }),
}

/** Time span (ISO, UTC) and KQL that the event calls share. */
export interface EventFilter {
  from: string
  to: string
  query?: string
}

/** How events are exported. */
export type EventExport = Pick<EventExportParams, 'format'> & Partial<Pick<EventExportParams, 'columns' | 'originals'>>

/** Which alerts: in this state, of this rule, of this person. */
export interface AlertQuery {
  status?: 'open' | 'closed' | 'suppressed'
  ruleId?: string
  assignee?: string
  limit?: number
}

/** A part of a list. */
export interface Page {
  limit: number
  offset: number
}

/** Which mailboxes of an investigation: in this state, with this in their name or address. */
export interface MailboxQuery {
  state?: InvestigationMailbox['state']
  name?: string
}

/** Calls within one tenant. */
export const tenantApi = (tenantId: string) => {
  const at = (path: string) => `/tenants/${encodeURIComponent(tenantId)}/${path}`
  const id = encodeURIComponent
  return {
    streamAddress: address(at('stream')),
    overview: () => call(Overview, at('overview')),
    events: (filter: EventFilter & { limit?: number; cursor?: string; order?: 'asc' | 'desc' }, signal?: AbortSignal) =>
      call(EventPage, at('events'), { query: { ...filter }, ...(signal && { signal }) }),
    histogram: (filter: EventFilter & { buckets?: number }, signal?: AbortSignal) =>
      call(Histogram, at('events/histogram'), { query: { ...filter }, ...(signal && { signal }) }),
    facets: ({ fields, ...filter }: EventFilter & { fields: readonly string[]; limit: number }, signal: AbortSignal) =>
      call(Facets, at('events/facets'), { query: { ...filter, fields: fields.join(',') }, signal }),
    fields: () => call(EventFields, at('events/fields')),
    values: (filter: EventFilter & { field: string; prefix: string; limit: number }, signal: AbortSignal) =>
      call(TopValues, at('events/values'), { query: { ...filter }, signal }),
    surrounding: (eventId: string, query: { before: number; after: number; query?: string }, signal: AbortSignal) =>
      call(Surrounding, at(`events/${id(eventId)}/surrounding`), { query, signal }),
    exportEvents: (filter: EventFilter & EventExport, signal: AbortSignal) =>
      stream(at('events/export'), {
        query: { ...filter, columns: filter.columns?.join(','), originals: filter.originals ? 'true' : undefined },
        signal,
      }),
    savedSearches: () => call(SavedSearchList, at('saved-searches')),
    saveSearch: (body: CreateSavedSearch) => call(SavedSearch, at('saved-searches'), { method: 'POST', body }),
    changeSearch: (searchId: string, body: ChangeSavedSearch) =>
      call(SavedSearch, at(`saved-searches/${id(searchId)}`), { method: 'PATCH', body }),
    deleteSearch: (searchId: string) => command(at(`saved-searches/${id(searchId)}`), { method: 'DELETE' }),
    event: (eventId: string) => call(StoredEvent, at(`events/${id(eventId)}`)),
    alerts: (query: AlertQuery) => call(AlertList, at('alerts'), { query: { ...query } }),
    alert: (alertId: string) => call(AlertDetail, at(`alerts/${id(alertId)}`)),
    updateAlert: (alertId: string, body: UpdateAlert) =>
      call(Alert, at(`alerts/${id(alertId)}`), { method: 'PATCH', body }),
    rules: () => call(RuleList, at('rules')),
    rule: (ruleId: string) => call(RuleDetail, at(`rules/${id(ruleId)}`)),
    switchRules: (body: SwitchRules) => command(at('rules'), { method: 'PATCH', body }),
    importRules: (body: ImportRules) => call(RuleImport, at('rule-imports'), { method: 'POST', body }),
    checkRules: (text: string, signal: AbortSignal) =>
      call(RuleCheck, at('rule-checks'), { method: 'POST', body: { text }, signal }),
    exportRules: () => file(at('rule-export'), {}),
    changeRule: (ruleId: string, body: ChangeRule) =>
      call(RuleDetail, at(`rules/${id(ruleId)}/versions`), { method: 'POST', body }),
    removeRule: (ruleId: string) => command(at(`rules/${id(ruleId)}`), { method: 'DELETE' }),
    tuneRule: (ruleId: string, body: TuneRule) =>
      call(RuleDetail, at(`rules/${id(ruleId)}/tunings`), { method: 'POST', body }),
    untuneRule: (ruleId: string, tuningId: string) =>
      command(at(`rules/${id(ruleId)}/tunings/${id(tuningId)}`), { method: 'DELETE' }),
    explainRule: (ruleId: string, eventId: string) =>
      call(RuleExplanations, at(`rules/${id(ruleId)}/explain`), { method: 'POST', body: { eventId } }),
    backTestRule: (ruleId: string, days: number) =>
      call(BackTest, at(`rules/${id(ruleId)}/back-test`), { method: 'POST', body: { days } }),
    valueLists: () => call(ValueListList, at('value-lists')),
    createValueList: (body: CreateValueList) => call(ValueList, at('value-lists'), { method: 'POST', body }),
    changeValueList: (name: string, body: ChangeValueListInput) =>
      call(ValueList, at(`value-lists/${id(name)}`), { method: 'PATCH', body }),
    removeValueList: (name: string) => command(at(`value-lists/${id(name)}`), { method: 'DELETE' }),
    investigations: () => call(InvestigationList, at('investigations')),
    investigation: (investigationId: string) => call(Investigation, at(`investigations/${id(investigationId)}`)),
    createInvestigation: (body: CreateInvestigationInput) =>
      call(Investigation, at('investigations'), { method: 'POST', body }),
    estimateInvestigation: (body: Omit<CreateInvestigationInput, 'name'>, signal: AbortSignal) =>
      call(InvestigationEstimate, at('investigations/estimate'), { method: 'POST', body, signal }),
    /** Stop, hold, let go on, follow what it found, or the same again (which is another investigation). */
    steerInvestigation: (investigationId: string, verb: 'stop' | 'pause' | 'resume' | 'duplicate' | 'follow-up') =>
      call(Investigation, at(`investigations/${id(investigationId)}/${verb}`), { method: 'POST' }),
    mailboxes: (investigationId: string, query: MailboxQuery & Page, signal?: AbortSignal) =>
      call(InvestigationMailboxes, at(`investigations/${id(investigationId)}/mailboxes`), {
        query: { ...query },
        ...(signal && { signal }),
      }),
    hits: (investigationId: string, query: Page, signal?: AbortSignal) =>
      call(MailHits, at(`investigations/${id(investigationId)}/hits`), {
        query: { ...query },
        ...(signal && { signal }),
      }),
    investigationDays: (investigationId: string) =>
      call(InvestigationDays, at(`investigations/${id(investigationId)}/days`)),
    people: (investigationId: string, query: Page, signal?: AbortSignal) =>
      call(InvestigationPeople, at(`investigations/${id(investigationId)}/people`), {
        query: { ...query },
        ...(signal && { signal }),
      }),
    look: (investigationId: string, hitId: string, reason: string) =>
      call(MessageView, at(`investigations/${id(investigationId)}/hits/${id(hitId)}/look`), {
        method: 'POST',
        body: { reason },
      }),
    export: (investigationId: string, query: Pick<ExportParams, 'format'> & Partial<ExportParams>) =>
      file(at(`investigations/${id(investigationId)}/export`), { query: { ...query } }),
    exportContents: (investigationId: string, format: 'stix' | 'eml', body: ArchiveRequest) =>
      file(at(`investigations/${id(investigationId)}/export/${format}`), { method: 'POST', body }),
    userEntity: (name: string) => call(UserEntity, at(`users/${id(name)}`)),
    deviceEntity: (name: string) => call(DeviceEntity, at(`devices/${id(name)}`)),
    servicePrincipalEntity: (name: string) => call(ServicePrincipalEntity, at(`service-principals/${id(name)}`)),
    safeguards: () => call(Safeguards, at('safeguards')),
    changeSafeguards: (body: ChangeSafeguards) => call(Safeguards, at('safeguards'), { method: 'PATCH', body }),
    stopActing: (body: StopActing) => command(at('acting/stop'), { method: 'POST', body }),
    resumeActing: () => command(at('acting/resume'), { method: 'POST' }),
    actionRuns: (query: { investigationId?: string }) => call(ActionRunList, at('action-runs'), { query }),
    actionRun: (actionRunId: string) => call(ActionRunDetail, at(`action-runs/${id(actionRunId)}`)),
    planActionRun: (body: PlanActionRun) => call(ActionRunDetail, at('action-runs'), { method: 'POST', body }),
    approvalLink: (actionRunId: string) => call(ApprovalLink, at(`action-runs/${id(actionRunId)}/approval-link`)),
    approveActionRun: (actionRunId: string, body: ApproveActionRun) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/approve`), { method: 'POST', body }),
    rejectActionRun: (actionRunId: string, note: string) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/reject`), { method: 'POST', body: { note } }),
    executeActionRun: (actionRunId: string, confirmTargets: number) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/execute`), { method: 'POST', body: { confirmTargets } }),
    revertActionRun: (actionRunId: string) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/revert`), { method: 'POST' }),
    collectedFiles: (query: { actionRunId?: string }) => call(CollectedFileList, at('collected-files'), { query }),
    downloadCollectedFile: (fileId: string, body: DownloadCollectedFile) =>
      file(at(`collected-files/${id(fileId)}/download`), { method: 'POST', body }),
    removeCollectedFile: (fileId: string) => command(at(`collected-files/${id(fileId)}`), { method: 'DELETE' }),
    backFill: (body: BackFillRequest) => call(BackFill, at('coverage/back-fill'), { method: 'POST', body }),
    coverage: (query: { from: string; to: string }) => call(Coverage, at('coverage'), { query }),
    destinations: () => call(DestinationList, at('destinations')),
    createDestination: (body: CreateDestination) => call(Destination, at('destinations'), { method: 'POST', body }),
    changeDestination: (destination: string, body: ChangeDestination) =>
      call(Destination, at(`destinations/${id(destination)}`), { method: 'PATCH', body }),
    removeDestination: (destination: string) => command(at(`destinations/${id(destination)}`), { method: 'DELETE' }),
    testDestination: (destination: string) =>
      call(DestinationTest, at(`destinations/${id(destination)}/test`), { method: 'POST' }),
    deadLetters: (destination: string) => call(DeadLetterList, at(`destinations/${id(destination)}/dead-letters`)),
    retryDeadLetters: (destination: string) =>
      call(SettledLetters, at(`destinations/${id(destination)}/dead-letters/retry`), { method: 'POST' }),
    discardDeadLetters: (destination: string) =>
      call(SettledLetters, at(`destinations/${id(destination)}/dead-letters`), { method: 'DELETE' }),
  }
}
