import { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'

import { ApiError, onSignedOut } from '#lib/http.ts'
import { parseAuditSearch } from '#lib/audit-search.ts'
import { parseCoverageSearch } from '#lib/coverage-search.ts'
import { parseStep } from '#lib/connect-step.ts'
import { parseEventSearch } from '#lib/event-search.ts'
import { parseHuntPrefill } from '#lib/hunt-prefill.ts'
import { parseInvestigationSearch } from '#lib/investigation-search.ts'
import { preferences, setPreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'
import { parseRuleSearch } from '#lib/rule-search.ts'
import { parseAlertSearch } from '#lib/alert-search.ts'
import { SignInPage } from '#pages/sign-in/sign-in-page.tsx'
import { Frame } from '#parts/frame/frame.tsx'
import { ErrorPage, NotFoundPage } from '#parts/frame/error-page.tsx'

/**
 * Every address of the console. The tenant is part of the address: a link sent to a colleague can never open in another
 * tenant. Pages are loaded when first visited.
 */
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // Only a server that did not answer may answer next time; a refusal stays one.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.problem.status === 0,
    },
  },
})

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search['next'] === 'string' && /^\/(?![/\\])/.test(search['next']) ? { next: search['next'] } : {},
  component: SignInPage,
})

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: async ({ context, location }) => {
    try {
      return { session: await context.client.ensureQueryData(queries.session()) }
    } catch (error) {
      if (error instanceof ApiError && error.problem.status === 401) {
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
      }
      throw error
    }
  },
  component: Frame,
})

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: ({ context: { session } }) => {
    const tenant = session.tenants.find(({ id }) => id === preferences().tenantId) ?? session.tenants[0]
    if (tenant === undefined) throw redirect({ to: '/connections' })
    throw redirect({ to: '/tenants/$tenantId/overview', params: { tenantId: tenant.id } })
  },
})

const connections = createRoute({
  getParentRoute: () => frame,
  path: '/connections',
  component: lazyRouteComponent(() => import('#pages/connections/connections-page.tsx'), 'ConnectionsPage'),
})
const newConnection = createRoute({
  getParentRoute: () => frame,
  path: '/connections/new',
  validateSearch: parseStep,
  component: lazyRouteComponent(() => import('#pages/connect/new-connection-page.tsx'), 'NewConnectionPage'),
})
const newExchange = createRoute({
  getParentRoute: () => frame,
  path: '/connections/new-exchange',
  component: lazyRouteComponent(() => import('#pages/connect/new-exchange-page.tsx'), 'NewExchangePage'),
})
const editConnection = createRoute({
  getParentRoute: () => frame,
  path: '/connections/$connectionId/edit',
  component: lazyRouteComponent(() => import('#pages/connect/edit-connection-page.tsx'), 'EditConnectionPage'),
})
const connection = createRoute({
  getParentRoute: () => frame,
  path: '/connections/$connectionId',
  component: lazyRouteComponent(() => import('#pages/connections/connection-page.tsx'), 'ConnectionPage'),
})
const tokens = createRoute({
  getParentRoute: () => frame,
  path: '/tokens',
  component: lazyRouteComponent(() => import('#pages/tokens/tokens-page.tsx'), 'TokensPage'),
})

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  component: lazyRouteComponent(() => import('#pages/account/account-page.tsx'), 'AccountPage'),
})
const people = createRoute({
  getParentRoute: () => frame,
  path: '/people',
  component: lazyRouteComponent(() => import('#pages/people/people-page.tsx'), 'PeoplePage'),
})
const audit = createRoute({
  getParentRoute: () => frame,
  path: '/audit',
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import('#pages/audit/audit-page.tsx'), 'AuditPage'),
})

const tenant = createRoute({
  getParentRoute: () => frame,
  path: '/tenants/$tenantId',
  beforeLoad: ({ params }) => {
    if (preferences().tenantId !== params.tenantId) setPreferences({ tenantId: params.tenantId })
  },
})

const overview = createRoute({
  getParentRoute: () => tenant,
  path: 'overview',
  component: lazyRouteComponent(() => import('#pages/overview/overview-page.tsx'), 'OverviewPage'),
})
const alerts = createRoute({
  getParentRoute: () => tenant,
  path: 'alerts',
  validateSearch: parseAlertSearch,
  component: lazyRouteComponent(() => import('#pages/alerts/alerts-page.tsx'), 'AlertsPage'),
})
const alert = createRoute({
  getParentRoute: () => tenant,
  path: 'alerts/$alertId',
  component: lazyRouteComponent(() => import('#pages/alerts/alert-page.tsx'), 'AlertPage'),
})
const events = createRoute({
  getParentRoute: () => tenant,
  path: 'events',
  validateSearch: parseEventSearch,
  component: lazyRouteComponent(() => import('#pages/events/events-page.tsx'), 'EventsPage'),
})
const reports = createRoute({
  getParentRoute: () => tenant,
  path: 'reports',
  component: lazyRouteComponent(() => import('#pages/reports/reports-page.tsx'), 'ReportsPage'),
})
const investigations = createRoute({
  getParentRoute: () => tenant,
  path: 'investigations',
  component: lazyRouteComponent(() => import('#pages/investigations/investigations-page.tsx'), 'InvestigationsPage'),
})
const newInvestigation = createRoute({
  getParentRoute: () => tenant,
  path: 'investigations/new',
  validateSearch: parseHuntPrefill,
  component: lazyRouteComponent(
    () => import('#pages/investigations/new-investigation-page.tsx'),
    'NewInvestigationPage',
  ),
})
const investigation = createRoute({
  getParentRoute: () => tenant,
  path: 'investigations/$investigationId',
  validateSearch: parseInvestigationSearch,
  component: lazyRouteComponent(() => import('#pages/investigations/investigation-page.tsx'), 'InvestigationPage'),
})
const actionRuns = createRoute({
  getParentRoute: () => tenant,
  path: 'action-runs',
  component: lazyRouteComponent(() => import('#pages/action-runs/action-runs-page.tsx'), 'ActionRunsPage'),
})
const actionRun = createRoute({
  getParentRoute: () => tenant,
  path: 'action-runs/$actionRunId',
  // What a link for an approver carries.
  validateSearch: (search: Record<string, unknown>): { proof?: string } =>
    typeof search['proof'] === 'string' ? { proof: search['proof'] } : {},
  component: lazyRouteComponent(() => import('#pages/action-runs/action-run-page.tsx'), 'ActionRunPage'),
})
const userEntity = createRoute({
  getParentRoute: () => tenant,
  path: 'users/$name',
  component: lazyRouteComponent(() => import('#pages/entities/user-page.tsx'), 'UserPage'),
})
const deviceEntity = createRoute({
  getParentRoute: () => tenant,
  path: 'devices/$name',
  component: lazyRouteComponent(() => import('#pages/entities/device-page.tsx'), 'DevicePage'),
})
const servicePrincipalEntity = createRoute({
  getParentRoute: () => tenant,
  path: 'service-principals/$name',
  component: lazyRouteComponent(() => import('#pages/entities/service-principal-page.tsx'), 'ServicePrincipalPage'),
})
const coverage = createRoute({
  getParentRoute: () => tenant,
  path: 'coverage',
  validateSearch: parseCoverageSearch,
  component: lazyRouteComponent(() => import('#pages/coverage/coverage-page.tsx'), 'CoveragePage'),
})
const rules = createRoute({
  getParentRoute: () => tenant,
  path: 'rules',
  validateSearch: parseRuleSearch,
  component: lazyRouteComponent(() => import('#pages/rules/rules-page.tsx'), 'RulesPage'),
})
const rule = createRoute({
  getParentRoute: () => tenant,
  path: 'rules/$ruleId',
  component: lazyRouteComponent(() => import('#pages/rules/rule-page.tsx'), 'RulePage'),
})
const attackMap = createRoute({
  getParentRoute: () => tenant,
  path: 'attack-map',
  component: lazyRouteComponent(() => import('#pages/rules/attack-map-page.tsx'), 'AttackMapPage'),
})
const valueLists = createRoute({
  getParentRoute: () => tenant,
  path: 'value-lists',
  component: lazyRouteComponent(() => import('#pages/value-lists/value-lists-page.tsx'), 'ValueListsPage'),
})
const forwarding = createRoute({
  getParentRoute: () => tenant,
  path: 'forwarding',
  component: lazyRouteComponent(() => import('#pages/forwarding/forwarding-page.tsx'), 'ForwardingPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    frame.addChildren([
      home,
      connections,
      newConnection,
      newExchange,
      editConnection,
      connection,
      tokens,
      account,
      people,
      audit,
      tenant.addChildren([
        overview,
        alerts,
        alert,
        events,
        reports,
        investigations,
        newInvestigation,
        investigation,
        actionRuns,
        actionRun,
        userEntity,
        deviceEntity,
        servicePrincipalEntity,
        rules,
        rule,
        attackMap,
        valueLists,
        coverage,
        forwarding,
      ]),
    ]),
  ]),
  context: { client },
  defaultPreload: 'intent',
  defaultPendingMs: 300,
})

onSignedOut(() => {
  client.clear()
  const { href, pathname } = router.state.location
  if (pathname !== '/sign-in') void router.navigate({ to: '/sign-in', search: { next: href } })
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
