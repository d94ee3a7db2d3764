import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { filterOf, listGraph, recordIn } from '#collect/graph-list.ts'
import { defineFeed, type Feed } from '#collect/feed.ts'

/**
 * Entra's sign-in log through Microsoft Graph: four streams by who signs in. Graph lists by when somebody signed in, not by
 * when it could be seen, and a sign-in is seen minutes to hours later: so every span is listed again and again for a while.
 *
 * All four come from beta: v1.0 gives interactive sign-ins of users alone, and of these not how somebody authenticated nor
 * the session. Each stream is a query of its own, as Graph wants it. Source: the signIn resource's reference.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const LICENSE = 'Microsoft Entra ID P1'

function signInFeed(stream: string, eventType: string, title: string): Feed {
  return defineFeed({
    id: `graph.sign-ins.${stream}`,
    title,
    dataset: 'azure.signinlogs',
    api: 'graph',
    permissions: [
      {
        resource: RESOURCE_TITLES.graph,
        permission: 'AuditLog.Read.All',
        why: 'Reads the sign-in log: who signed in from where, to what, how, and whether it worked.',
      },
    ],
    requirements: [
      {
        kind: 'license',
        name: LICENSE,
        why: 'Graph gives the sign-in log of tenants with P1 or P2 only; assigned in the Microsoft 365 admin center > Billing.',
      },
    ],
    lateness: 'Mostly 2 to 15 minutes after the sign-in, now and then up to 2 hours and more; there is no promise.',
    windowing: {
      // Half an hour of a large tenant still fits into memory, and into the budget of 5 requests of 1,000 in 10 seconds.
      windowMs: 30 * MINUTE,
      listMs: HOUR,
      // Kept for 30 days; the margin is for the request's time and for clocks that differ.
      retentionMs: 30 * DAY - 30 * MINUTE,
      // Nearly all is there after a quarter of an hour; twice that covers clocks that differ as well.
      overlapMs: 30 * MINUTE,
      // The latest that were seen came after 2 hours. More would list a busy log more often than its budget allows.
      reconcileMs: 6 * HOUR,
      // Times are whole seconds.
      settleMs: 1_000,
    },
    source: {
      list: (context, span) => {
        const ofType = ` and signInEventTypes/any(t: t eq '${eventType}')`
        const query = `${filterOf('createdDateTime', span, ofType)}&$orderby=createdDateTime&$top=1000`
        return listGraph(
          context,
          {
            path: `/beta/auditLogs/signIns?${query}`,
            what: `Could not list "${title}".`,
            permission: 'AuditLog.Read.All',
            license: LICENSE,
          },
          recordIn(span, 'createdDateTime'),
        )
      },
    },
  })
}

export const SIGN_IN_FEEDS: readonly Feed[] = [
  signInFeed('interactive', 'interactiveUser', 'Sign-ins: users'),
  signInFeed('non-interactive', 'nonInteractiveUser', 'Sign-ins: clients on behalf of users'),
  signInFeed('service-principal', 'servicePrincipal', 'Sign-ins: applications'),
  signInFeed('managed-identity', 'managedIdentity', 'Sign-ins: managed identities of Azure'),
]
