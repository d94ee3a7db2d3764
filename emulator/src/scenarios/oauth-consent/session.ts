import { GRAPH } from '#world/resources.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { recordId } from '#scenarios/deeds.ts'
import type { Consent } from '#scenarios/consent.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'

export const MINUTE = 60_000

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0'

export const KEY = 'oauth-consent'

/** The victim’s consent, from the own computer. */
export const consentOf = (world: World): Consent => {
  const { victim, application, scope, start } = castOf(world)
  return { key: KEY, at: start + 11 * MINUTE, by: victim, ip: homeIp(world, victim), application, scope }
}

/** Somebody comes to the application from Microsoft’s page, that many minutes into the story. */
export const toApplication = (world: World, person: Person, minute: number): SignIn => {
  const { application, start } = castOf(world)
  return {
    id: recordId(world, KEY, 'sign-in', minute),
    at: start + minute * MINUTE,
    person,
    ip: homeIp(world, person),
    userAgent: AGENT,
    applicationId: application.appId,
    resourceId: GRAPH.appId,
    sessionId: recordId(world, KEY, 'session', person.index),
  }
}
