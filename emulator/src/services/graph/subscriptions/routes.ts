import type { Route } from '#services/graph/route.ts'

import { TERMS } from './target.ts'
import { createSubscription } from './create.ts'
import { deleteSubscription, getSubscription, listSubscriptions, reauthorize, renewSubscription } from './manage.ts'

/** Whoever may read one of the resources; which one is decided by what is subscribed to. */
const roles = Object.values(TERMS).flatMap((terms) => terms.roles)

const returns = 'microsoft.graph.subscription'
const one = '/subscriptions/:subscription'

export const subscriptionRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/subscriptions',
    returns: `Collection(${returns})`,
    roles,
    handle: listSubscriptions,
  },
  { method: 'POST', pattern: '/subscriptions', returns, roles, handle: createSubscription },
  { method: 'GET', pattern: one, returns, roles, handle: getSubscription },
  { method: 'PATCH', pattern: one, returns, roles, handle: renewSubscription },
  { method: 'DELETE', pattern: one, roles, handle: deleteSubscription },
  { method: 'POST', pattern: `${one}/reauthorize`, roles, handle: reauthorize },
]
