import { changed, recordId, together } from '#scenarios/deeds.ts'
import { consentActivities, consentObjects } from '#scenarios/consent.ts'
import { GRAPH } from '#world/resources.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { itStaff } from '#world/roles.ts'
import { random } from '#world/random.ts'
import { SERVICES, serviceIdOf, servicePrincipalIdOf } from '#world/entra/service-principals.ts'
import type { Consent } from '#scenarios/consent.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { KEY, MINUTE } from './session.ts'

/** Consent that is in order, and a removal that fails for want of rights. */
export function lookAlikes(world: World): Step[] {
  const { start } = castOf(world)
  const [head, assistant] = [world.directory.at(7), itStaff(world.directory, 1)[0] ?? world.directory.at(7)]
  const r = random('honest application')
  const honest: Consent = {
    key: `${KEY}.honest`,
    at: start - 45 * MINUTE,
    by: head,
    ip: homeIp(world, head),
    application: {
      id: random(world.seed, KEY, 'honest').guid(),
      appId: r.guid(),
      displayName: 'Berthline Scheduling',
      appOwnerOrganizationId: r.guid(),
      publisher: 'Berthline',
      verifiedPublisherId: '4471902',
      replyUrls: ['https://berthline.example/signin-oidc'],
    },
    scope: 'User.Read Calendars.Read offline_access',
    forEverybody: true,
  }
  const old = SERVICES.find(({ consent }) => consent === 'people')!
  const at = start + 9 * 60 * MINUTE
  return [
    {
      at: honest.at,
      what: 'An administrator consents to an honest application for everybody',
      ...together(
        ...consentActivities(world, honest).map((activity) => changed(world, activity)),
        consentObjects(world, honest),
      ),
    },
    {
      at,
      what: 'An administrator without the right fails to take the consent to an old application away',
      ...changed(world, {
        id: recordId(world, KEY, 'removal'),
        at,
        activityDisplayName: 'Remove delegated permission grant',
        category: 'ApplicationManagement',
        operationType: 'Unassign',
        actor: assistant,
        ip: homeIp(world, assistant),
        failure: 'Insufficient privileges to complete the operation.',
        targets: [
          {
            type: 'ServicePrincipal',
            id: servicePrincipalIdOf(world, GRAPH.appId),
            displayName: GRAPH.displayName,
            modified: [{ name: 'DelegatedPermissionGrant.Scope', old: JSON.stringify(old.scope), new: null }],
          },
          { type: 'ServicePrincipal', id: serviceIdOf(world, old.name), displayName: old.name, modified: [] },
        ],
      }),
    },
  ]
}
