import type { Route } from '#services/graph/route.ts'

import { alertRoutes } from './alerts.ts'
import { analyzedEmailRoutes } from './analyzed-emails.ts'
import { huntingRoutes } from './hunting.ts'
import { incidentRoutes } from './incidents.ts'
import { submissionRoutes } from './submissions.ts'

/** Microsoft Graph security: alerts, incidents, hunting, submissions, analyzed e-mails. */
export const securityRoutes: readonly Route[] = [
  ...alertRoutes,
  ...incidentRoutes,
  ...huntingRoutes,
  ...submissionRoutes,
  ...analyzedEmailRoutes,
]
