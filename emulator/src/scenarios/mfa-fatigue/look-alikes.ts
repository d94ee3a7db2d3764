import { homeIp } from '#world/audit/records/record.ts'
import { signedIn, together } from '#scenarios/deeds.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { DENIED, MINUTE, session } from './session.ts'
import { MY_SIGN_INS, registered, registration } from './registration.ts'

/** A prompt denied by mistake, and a new telephone. */
export function lookAlikes(world: World): Step[] {
  const { clumsy, renewer, start, honestMethodId } = castOf(world)
  const morning = start + 5 * 60 * MINUTE
  return [
    {
      at: morning,
      what: 'A colleague denies a prompt by mistake',
      ...signedIn(world, session(world, 'clumsy', clumsy, morning, { error: DENIED }), { mfa: 'denied' }),
    },
    {
      at: morning + MINUTE,
      what: 'The colleague approves the next one',
      ...signedIn(world, session(world, 'clumsy', clumsy, morning + MINUTE), { mfa: 'approved' }),
    },
    {
      at: morning + 30 * MINUTE,
      what: 'A colleague registers a new phone, in the office and on a known computer',
      ...together(
        signedIn(world, session(world, 'renewer', renewer, morning + 30 * MINUTE, registration), {
          applicationName: MY_SIGN_INS.applicationName,
          mfa: 'approved',
        }),
        registered(world, renewer, morning + 30 * MINUTE, homeIp(world, renewer), {
          id: honestMethodId,
          displayName: 'iPhone 17',
        }),
      ),
    },
  ]
}
