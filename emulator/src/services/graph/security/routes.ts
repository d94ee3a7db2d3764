import type { Route } from '#services/graph/route.ts'

import { huntingRoutes } from './hunting.ts'

/** Microsoft Graph security: alerts, incidents, hunting, submissions, analyzed e-mails. */
export const securityRoutes: readonly Route[] = [...huntingRoutes]
