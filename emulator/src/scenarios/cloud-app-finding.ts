import { PRODUCTS } from '#world/security/alert.ts'
import { SERVICES, cloudAppAlerts } from '#world/cloud-apps/alerts.ts'
import { alertOf } from '#world/security/alerts.ts'
import { cloudApplicationEvidence, ipEvidence, userEvidence } from '#world/security/evidence.ts'
import { leave } from '#world/surface.ts'
import { random } from '#world/random.ts'
import type { CloudAppAlert } from '#world/cloud-apps/alerts.ts'
import type { Left } from '#world/surface.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import type { Deed } from './deeds.ts'

/** What a policy of Defender for Cloud Apps found about somebody. */
export interface Finding extends Pick<
  CloudAppAlert,
  'title' | 'description' | 'policyType' | 'stories' | 'service' | 'threatScore' | 'at'
> {
  /** Unique in the world. */
  key: string
  person: Person
  ip: string
  country: string
  severity: 'low' | 'medium' | 'high'
  category: string
  mitreTechniques: readonly string[]
  /** When that which was found began: milliseconds. */
  since: number
}

/** How long until either console shows it. */
const DELAY = 360_000

/** The alert in the console of Defender for Cloud Apps alone. */
export function cloudAppAlert(world: World, key: string, said: Omit<CloudAppAlert, 'id'>): Left {
  const id = random(world.seed, 'cloud app finding', key).hex(24)
  return leave(cloudAppAlerts, { id, at: said.at, publishedAt: said.at + DELAY, record: { ...said, id } })
}

/** The alert of Defender for Cloud Apps, in its own console and among those of Defender XDR. */
export function cloudAppFinding(world: World, finding: Finding): Deed {
  const { key, person, ip, country, category, mitreTechniques, since, ...said } = finding
  const { at, title, description, severity, service } = said
  return {
    traces: [
      cloudAppAlert(world, key, { ...said, person: person.index, ip }),
      alertOf(world, {
        key,
        at,
        publishedAt: at + DELAY,
        title,
        description,
        severity,
        category,
        mitreTechniques,
        product: PRODUCTS.cloudApps,
        firstActivityAt: since,
        lastActivityAt: at,
        evidence: [
          userEvidence(person, { verdict: 'suspicious', remediationStatus: 'active' }),
          ipEvidence(ip, country),
          cloudApplicationEvidence({ appId: SERVICES[service].id, name: SERVICES[service].label }),
        ],
      }),
    ],
  }
}
