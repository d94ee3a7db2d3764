import { leave } from '#world/surface.ts'
import { none } from '#world/objects.ts'
import type { Kind } from '#world/objects.ts'
import type { Left, Surface } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import { alertTrace } from './alert.ts'
import { everydayAlerts } from './everyday-alerts.ts'
import type { Alert, AlertChange, AlertFacts } from './alert.ts'

/** Every alert. Its trace's `at` is the moment it was created. */
export const alerts: Surface<Alert> = { name: 'security.alert', everyday: everydayAlerts }

/** An alert for a scenario or a service to leave behind. */
export const alertOf = (world: World, facts: AlertFacts): Left => leave(alerts, alertTrace(world, facts))

/** What has been done to an alert or an incident by callers of the service. */
export interface History<C> {
  changes: readonly { at: number; set: C }[]
  comments: readonly { at: number; comment: string; by: string }[]
}

/** By alert id. */
export const alertHistories: Kind<History<AlertChange>> = { name: 'security.alertHistory', born: none }

export interface IncidentChange {
  status?: 'active' | 'inProgress' | 'resolved'
  classification?: string | null
  determination?: string | null
  assignedTo?: string | null
  customTags?: readonly string[]
  displayName?: string
  description?: string | null
  resolvingComment?: string | null
  severity?: string
  summary?: string | null
  by?: string
}

/** By incident id. */
export const incidentHistories: Kind<History<IncidentChange>> = { name: 'security.incidentHistory', born: none }
