import type { PlanRequest } from '@cordon/api'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { type AlertQuery, api, tenantApi } from './api.ts'
import { auditParams, type AuditSearch } from './audit-search.ts'
import { resolve } from './time-range.ts'

/** Under which the pages of an investigation's lists are kept. */
export const mailboxesKey = (tenantId: string, id: string) => [tenantId, 'mailboxes', id] as const
export const peopleKey = (tenantId: string, id: string) => [tenantId, 'people', id] as const
export const hitsKey = (tenantId: string, id: string) => [tenantId, 'hits', id] as const

/** Every cached reply by its key. The stream (stream.ts) writes under the same keys. */
export const queries = {
  session: () => queryOptions({ queryKey: ['session'], queryFn: api.session, staleTime: Infinity, retry: false }),
  /** Asked for once a visit: why the last sign-in failed is told once, and must stay on the page. */
  signInWays: () =>
    queryOptions({ queryKey: ['sign-in-ways'], queryFn: api.signInWays, staleTime: Infinity, gcTime: 0 }),
  tokens: (userId?: string) => queryOptions({ queryKey: ['tokens', userId ?? ''], queryFn: () => api.tokens(userId) }),
  sessions: (userId?: string) =>
    queryOptions({ queryKey: ['sessions', userId ?? ''], queryFn: () => api.sessions(userId) }),
  users: () => queryOptions({ queryKey: ['users'], queryFn: api.users }),
  audit: (search: AuditSearch) =>
    infiniteQueryOptions({
      queryKey: ['audit', search],
      queryFn: ({ pageParam }) => api.audit(auditParams(search, pageParam), search.tenant),
      initialPageParam: undefined as number | undefined,
      getNextPageParam: ({ entries }) => (entries.length < 100 ? undefined : entries.at(-1)?.sequence),
    }),
  clouds: () => queryOptions({ queryKey: ['clouds'], queryFn: api.clouds, staleTime: Infinity }),
  destinationKinds: () =>
    queryOptions({ queryKey: ['destination-kinds'], queryFn: api.destinationKinds, staleTime: Infinity }),
  actions: () => queryOptions({ queryKey: ['actions'], queryFn: api.actions, staleTime: Infinity }),
  connections: () => queryOptions({ queryKey: ['connections'], queryFn: api.connections }),
  connection: (id: string) => queryOptions({ queryKey: ['connections', id], queryFn: () => api.connection(id) }),

  plan: (request: PlanRequest) =>
    queryOptions({
      queryKey: ['plan', request],
      queryFn: () => api.planConnection(request),
      staleTime: Infinity,
      placeholderData: keepPreviousData,
    }),

  overview: (tenantId: string) =>
    queryOptions({ queryKey: [tenantId, 'overview'], queryFn: tenantApi(tenantId).overview, refetchInterval: 60_000 }),
  event: (tenantId: string, id: string) =>
    queryOptions({
      queryKey: [tenantId, 'event', id],
      queryFn: () => tenantApi(tenantId).event(id),
      staleTime: Infinity,
    }),
  eventFields: (tenantId: string) =>
    queryOptions({
      queryKey: [tenantId, 'event-fields'],
      queryFn: () => tenantApi(tenantId).fields(),
      staleTime: 300_000,
    }),
  savedSearches: (tenantId: string) =>
    queryOptions({ queryKey: [tenantId, 'saved-searches'], queryFn: () => tenantApi(tenantId).savedSearches() }),
  alerts: (tenantId: string, query: Omit<AlertQuery, 'limit'>) =>
    queryOptions({
      queryKey: [tenantId, 'alerts', query],
      queryFn: () => tenantApi(tenantId).alerts({ limit: 500, ...query }),
    }),
  rules: (tenantId: string) =>
    queryOptions({ queryKey: [tenantId, 'rules'], queryFn: () => tenantApi(tenantId).rules() }),
  rule: (tenantId: string, id: string) =>
    queryOptions({ queryKey: [tenantId, 'rules', id], queryFn: () => tenantApi(tenantId).rule(id) }),
  valueLists: (tenantId: string) =>
    queryOptions({ queryKey: [tenantId, 'value-lists'], queryFn: () => tenantApi(tenantId).valueLists() }),
  alert: (tenantId: string, id: string) =>
    queryOptions({ queryKey: [tenantId, 'alert', id], queryFn: () => tenantApi(tenantId).alert(id) }),
  explanation: (tenantId: string, ruleId: string, eventId: string) =>
    queryOptions({
      queryKey: [tenantId, 'rules', ruleId, 'explanation', eventId],
      queryFn: () => tenantApi(tenantId).explainRule(ruleId, eventId),
      staleTime: 60_000,
      retry: false,
    }),
  investigations: (tenantId: string) =>
    queryOptions({ queryKey: [tenantId, 'investigations'], queryFn: tenantApi(tenantId).investigations }),
  investigation: (tenantId: string, id: string) =>
    queryOptions({
      queryKey: [tenantId, 'investigation', id],
      queryFn: () => tenantApi(tenantId).investigation(id),
    }),
  investigationDays: (tenantId: string, id: string) =>
    queryOptions({
      queryKey: [tenantId, 'investigation-days', id],
      queryFn: () => tenantApi(tenantId).investigationDays(id),
    }),
  actionRuns: (tenantId: string, investigationId?: string) =>
    queryOptions({
      queryKey: [tenantId, 'action-runs', investigationId ?? 'all'],
      queryFn: () => tenantApi(tenantId).actionRuns(investigationId === undefined ? {} : { investigationId }),
    }),
  userEntity: (tenantId: string, name: string) =>
    queryOptions({ queryKey: [tenantId, 'users', name], queryFn: () => tenantApi(tenantId).userEntity(name) }),
  servicePrincipalEntity: (tenantId: string, name: string) =>
    queryOptions({
      queryKey: [tenantId, 'service-principals', name],
      queryFn: () => tenantApi(tenantId).servicePrincipalEntity(name),
    }),
  deviceEntity: (tenantId: string, name: string) =>
    queryOptions({ queryKey: [tenantId, 'devices', name], queryFn: () => tenantApi(tenantId).deviceEntity(name) }),
  newestEvents: (tenantId: string, query: string) =>
    queryOptions({
      queryKey: [tenantId, 'newest-events', query],
      queryFn: () =>
        tenantApi(tenantId).events({ ...resolve({ from: 'now-30d', to: 'now' }, Date.now()), query, limit: 12 }),
    }),
  safeguards: (tenantId: string) =>
    queryOptions({
      queryKey: [tenantId, 'safeguards'],
      queryFn: () => tenantApi(tenantId).safeguards(),
      // The stream tells of changes; another process of the installation may have made one.
      refetchInterval: 60_000,
    }),
  actionRun: (tenantId: string, id: string) =>
    queryOptions({ queryKey: [tenantId, 'action-run', id], queryFn: () => tenantApi(tenantId).actionRun(id) }),
  /** Of a run, asked again with each target that is verified. */
  collectedFiles: (tenantId: string, actionRunId: string, verified: number) =>
    queryOptions({
      queryKey: [tenantId, 'collected-files', actionRunId, verified],
      queryFn: () => tenantApi(tenantId).collectedFiles({ actionRunId }),
    }),
  destinations: (tenantId: string) =>
    queryOptions({
      queryKey: [tenantId, 'destinations'],
      queryFn: tenantApi(tenantId).destinations,
      refetchInterval: 5000,
    }),
  deadLetters: (tenantId: string, id: string) =>
    queryOptions({ queryKey: [tenantId, 'dead-letters', id], queryFn: () => tenantApi(tenantId).deadLetters(id) }),
  coverage: (tenantId: string, range: { from: string; to: string }) =>
    queryOptions({ queryKey: [tenantId, 'coverage', range], queryFn: () => tenantApi(tenantId).coverage(range) }),
}
