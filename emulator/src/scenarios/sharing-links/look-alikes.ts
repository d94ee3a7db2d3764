import { homeIp } from '#world/audit/records/record.ts'
import { together } from '#scenarios/deeds.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { BROWSER, sharing } from './sharing.ts'
import { insiderOf } from './insider.ts'

const MINUTE = 60_000

/** Sharing as it is meant: with a partner of the company by name, and a leaflet with everybody. */
export function lookAlikes(world: World): Step[] {
  const { start, honest } = insiderOf(world)
  const { person, address, file, recruiter, leaflet } = honest
  const own = { userAgent: BROWSER, site: 'project-atlas', folder: 'Shared Documents/Partners' }
  const mine = { ...own, person, ip: homeIp(world, person) }
  const leaflets = { userAgent: BROWSER, site: 'careers', folder: 'Shared Documents/Leaflets', anonymousLink: true }
  const visitor = { visitor: leaflet.linkId.replaceAll('-', '').repeat(2) }
  const at = start - 150 * MINUTE
  return [
    {
      at,
      what: 'A colleague shares a drawing with a partner',
      ...together(
        sharing(world, at, 'SharingSet', file, { ...mine, sharedWith: address }),
        sharing(world, at + 2000, 'AddedToSecureLink', file, { ...mine, sharedWith: address }),
      ),
    },
    {
      at: at + 45 * MINUTE,
      what: 'The partner opens it',
      ...sharing(world, at + 45 * MINUTE, 'SecureLinkUsed', file, {
        ...own,
        person: { visitor: file.linkId, address },
        ip: honest.ip,
        sharedWith: address,
      }),
    },
    {
      at: at + 60 * MINUTE,
      what: 'A recruiter makes a leaflet public',
      ...sharing(world, at + 60 * MINUTE, 'AnonymousLinkCreated', leaflet, {
        ...leaflets,
        person: recruiter,
        ip: homeIp(world, recruiter),
      }),
    },
    {
      at: at + 80 * MINUTE,
      what: 'Somebody looks at the leaflet',
      ...sharing(world, at + 80 * MINUTE, 'AnonymousLinkUsed', leaflet, {
        ...leaflets,
        person: visitor,
        ip: '198.51.100.240',
      }),
    },
  ]
}
