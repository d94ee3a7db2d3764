import { benignRecord } from '#world/audit/benign.ts'
import { CONTENT_TYPES } from '#world/audit/content-types.ts'
import { directoryAudits } from '#world/entra/directory-audits.ts'
import { occasions } from '#world/audit/schedule.ts'
import { riskDetections } from '#world/entra/risk.ts'
import { SIGN_INS } from '#world/entra/sign-ins.ts'
import type { Surface } from '#world/surface.ts'
import type { Tenant } from '#cloud.ts'

import type { Span } from './request.ts'

/** Records as the surfaces have them, by surface: for judging detection without collecting first. */
interface Told {
  surface: string
  record: unknown
}

/** What each scenario left behind. */
export const recordTruth = (tenant: Tenant) => ({
  scenarios: tenant.scenarios.map((scenario) => ({
    id: scenario.id,
    rules: scenario.rules,
    records: scenario
      .steps(tenant.world)
      .flatMap(({ audit = [], traces = [] }): Told[] => [
        ...audit.map(({ contentType, record }) => ({ surface: contentType, record })),
        ...traces.map(({ surface, record }) => ({ surface, record })),
      ]),
  })),
})

const LOGS: readonly Surface<unknown>[] = [...Object.values(SIGN_INS), directoryAudits, riskDetections]

/**
 * What happened in a span of at most a week before the epoch in which nobody attacks: the audit log and Entra's logs, as the
 * surfaces tell it sooner or later. In no order.
 */
export function everydayTruth({ world }: Tenant, { from, to }: Span): { records: Told[] } {
  const start = Math.max(from, world.epoch - WEEK)
  const end = Math.min(to, world.epoch)
  const audited = CONTENT_TYPES.flatMap((surface) =>
    Array.from(occasions(world, 'off', surface, start, end), (occasion) => ({
      surface,
      record: benignRecord(surface, occasion),
    })),
  )
  const logged = LOGS.flatMap(({ name, everyday }) =>
    Array.from(everyday(world, start, end, 'off'), ({ record }) => ({ surface: name, record })),
  )
  return { records: [...audited, ...logged] }
}

const WEEK = 7 * 86_400_000
