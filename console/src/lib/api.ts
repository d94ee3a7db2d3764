import {
  ActionList,
  ActionRun,
  ActionRunDetail,
  ActionRunList,
  Alert,
  AlertDetail,
  AlertList,
  ApiToken,
  BackFill,
  CloudList,
  Connection,
  ConnectionList,
  ConnectionTest,
  Coverage,
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
  Overview,
  PASSWORD_HEADER,
  PermissionPlan,
  Problem,
  ROWS_HEADER,
  SavedSearch,
  SavedSearchList,
  Session,
  StoredEvent,
  Surrounding,
  TopValues,
  type CreateApiToken,
  type ApproveActionRun,
  type ArchiveRequest,
  type BackFillRequest,
  type ChangeConnection,
  type ChangeSavedSearch,
  type CreateConnection,
  type CreateExchangeConnection,
  type CreateInvestigationInput,
  type CreateSavedSearch,
  type EventExportParams,
  type ExportParams,
  type InvestigationMailbox,
  type PlanActionRun,
  type PlanRequest,
  type SignIn,
  type UpdateAlert,
} from '@cordon/api'

/**
 * The one door to the server. Every reply is parsed with the wire schema it must have; every failure becomes an
 * {@link ApiError} that says what, why and fix, so that pages never handle a status code.
 */

/** A request that did not work, in the words a person is shown. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.problem = problem
  }
}

/** `error` as a problem; what is not an {@link ApiError} is a fault of the console itself. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem
  return fault('CONSOLE_FAULT', 0, {
    title: 'The console made a mistake.',
    why: error instanceof Error ? error.message : String(error),
    fix: 'Reload the page. If it comes back, report it with this text.',
  })
}

function fault(code: string, status: number, words: { title: string; why: string; fix: string }): Problem {
  return { type: 'about:blank', code, status, ...words }
}

/** Where in a query the fault is that `error` tells of; undefined when it tells of something else. */
export function queryFault(
  error: unknown,
): (NonNullable<Problem['problems']>[number] & { position: number }) | undefined {
  const fault = toProblem(error).problems?.find(({ position }) => position !== undefined)
  return fault?.position === undefined ? undefined : { ...fault, position: fault.position }
}

/** What a wire schema can do; zod itself stays behind `@cordon/api`. */
interface Schema<T> {
  parse(value: unknown): T
}

let whenSignedOut: () => void = () => {}

/** Says where to go when the session is over; the router sets it once. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler
}

type Query = Record<string, string | number | undefined>

interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return given.length === 0 ? `/api${path}` : `/api${path}?${search}`
}

async function send(path: string, { method = 'GET', query, body, signal }: Call): Promise<Response> {
  try {
    return await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      ...(signal && { signal }),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(
      fault('CONSOLE_SERVER_UNREACHABLE', 0, {
        title: 'Cordon did not answer.',
        why: error instanceof Error ? error.message : String(error),
        fix: 'See whether `npx cordon up` still runs on its machine, then try again.',
      }),
    )
  }
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text()
  try {
    return new ApiError(Problem.parse(JSON.parse(text)))
  } catch {
    return new ApiError(
      fault('CONSOLE_REPLY_UNREADABLE', response.status, {
        title: `The server answered ${response.status} ${response.statusText}.`,
        why: text.slice(0, 300) || 'It gave no reason.',
        fix: 'Run `npx cordon doctor` on the server; a proxy in between may also be the cause.',
      }),
    )
  }
}

async function exchange(path: string, options: Call): Promise<Response> {
  const response = await send(path, options)
  if (response.ok) return response
  // A wrong password is also a 401, and that one belongs on the sign-in page.
  if (response.status === 401 && path !== '/session') whenSignedOut()
  throw await failure(response)
}

async function call<T>(schema: Schema<T>, path: string, options: Call = {}): Promise<T> {
  const response = await exchange(path, options)
  const reply: unknown = await response.json().catch(() => undefined)
  try {
    return schema.parse(reply)
  } catch (error) {
    throw new ApiError(
      fault('CONSOLE_REPLY_UNREADABLE', response.status, {
        title: 'The server sent something this console does not understand.',
        why: `${path}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 600),
        fix: 'Reload the page: console and server may be of different versions.',
      }),
    )
  }
}

/** For replies whose body does not matter. */
async function command(path: string, options: Call): Promise<void> {
  await exchange(path, options)
}

/** A file that the server made, with the password it made up for it, if any. */
export interface FileReply {
  name: string
  bytes: Blob
  password?: string
}

async function file(path: string, options: Call): Promise<FileReply> {
  const response = await exchange(path, options)
  const password = response.headers.get(PASSWORD_HEADER)
  return { name: nameOf(response), bytes: await response.blob(), ...(password !== null && { password }) }
}

const nameOf = (response: Response) =>
  /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'export'

/** A file that the server still makes while it is read. */
export interface FileStream {
  name: string
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Events that it will hold, as far as known when it began. */
  rows: number
}

async function stream(path: string, options: Call): Promise<FileStream> {
  const response = await exchange(path, options)
  const bytes = response.body ?? new ReadableStream({ start: (controller) => controller.close() })
  return { name: nameOf(response), bytes, rows: Number(response.headers.get(ROWS_HEADER) ?? 0) }
}

const TokenList: Schema<ApiToken[]> = {
  parse: (value) => ApiToken.array().parse((value as { tokens?: unknown } | undefined)?.tokens),
}

/** Installation-wide calls. */
export const api = {
  session: () => call(Session, '/session'),
  signIn: (body: SignIn) => call(Session, '/session', { method: 'POST', body }),
  signOut: () => command('/session', { method: 'DELETE' }),
  tokens: () => call(TokenList, '/tokens'),
  createToken: (body: CreateApiToken) => call(ApiToken, '/tokens', { method: 'POST', body }),
  deleteToken: (id: string) => command(`/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  clouds: () => call(CloudList, '/clouds'),
  actions: () => call(ActionList, '/actions'),
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
    alerts: (query: { status?: 'open' | 'closed'; limit?: number }) => call(AlertList, at('alerts'), { query }),
    alert: (alertId: string) => call(AlertDetail, at(`alerts/${id(alertId)}`)),
    updateAlert: (alertId: string, body: UpdateAlert) =>
      call(Alert, at(`alerts/${id(alertId)}`), { method: 'PATCH', body }),
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
    actionRuns: (query: { investigationId?: string }) => call(ActionRunList, at('action-runs'), { query }),
    actionRun: (actionRunId: string) => call(ActionRunDetail, at(`action-runs/${id(actionRunId)}`)),
    planActionRun: (body: PlanActionRun) => call(ActionRunDetail, at('action-runs'), { method: 'POST', body }),
    approveActionRun: (actionRunId: string, body: ApproveActionRun) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/approve`), { method: 'POST', body }),
    rejectActionRun: (actionRunId: string, note: string) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/reject`), { method: 'POST', body: { note } }),
    executeActionRun: (actionRunId: string, confirmTargets: number) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/execute`), { method: 'POST', body: { confirmTargets } }),
    revertActionRun: (actionRunId: string) =>
      call(ActionRun, at(`action-runs/${id(actionRunId)}/revert`), { method: 'POST' }),
    backFill: (body: BackFillRequest) => call(BackFill, at('coverage/back-fill'), { method: 'POST', body }),
    coverage: (query: { from: string; to: string }) => call(Coverage, at('coverage'), { query }),
  }
}
