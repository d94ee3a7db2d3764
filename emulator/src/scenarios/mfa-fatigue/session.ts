import { homeIp } from '#world/audit/records/record.ts'
import { recordId } from '#scenarios/deeds.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

export const MINUTE = 60_000

export const KEY = 'mfa-fatigue'

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca'

export const DENIED = { number: 500_121, word: 'AuthenticationFailedDuringStrongAuthenticationRequest' }

/** A sign-in of somebody, at home in the office unless told otherwise. */
export const session = (
  world: World,
  what: string,
  person: Person,
  at: number,
  more: Partial<SignIn> = {},
): SignIn => ({
  id: recordId(world, KEY, what, at),
  at,
  person,
  ip: homeIp(world, person),
  userAgent: AGENT,
  applicationId: OFFICE_HOME,
  sessionId: recordId(world, KEY, what),
  ...more,
})
