import { changed, ran, recordId } from '#scenarios/deeds.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { itStaff } from '#world/roles.ts'
import type { Person } from '#world/directory.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { blindingOf } from './blinding.ts'

const MINUTE = 60_000
/** Plans with and without the better auditing. */
const [E3, E5] = ['05e9a617-0261-4cee-bb44-138d3ef5d965', '06ebc4ee-1bb5-47dd-8120-11324bc54e06']

/**
 * Honest changes of auditing: an administrator makes sure that a mailbox is audited, and somebody gets a smaller license, after
 * which Exchange itself audits less in their mailbox.
 */
export function lookAlikes(world: World): Step[] {
  const { switchedOn, licensed, at } = blindingOf(world).honest
  const [userAdmin, exchangeAdmin] = itStaff(world.directory, 2) as [Person, Person]
  const id = (name: string) => recordId(world, 'audit-disabled', 'honest', name)
  return [
    {
      at,
      what: 'The Exchange administrator makes sure that a mailbox is audited',
      ...ran(world, {
        id: id('on'),
        at,
        person: exchangeAdmin,
        ip: homeIp(world, exchangeAdmin),
        name: 'Set-Mailbox',
        objectId: switchedOn.id,
        parameters: { Identity: switchedOn.userPrincipalName, AuditEnabled: 'True' },
      }),
    },
    {
      at: at + 25 * MINUTE,
      what: 'Somebody gets a smaller license',
      ...changed(world, {
        id: id('license'),
        at: at + 25 * MINUTE,
        activityDisplayName: 'Change user license',
        category: 'UserManagement',
        operationType: 'Update',
        actor: userAdmin,
        ip: homeIp(world, userAdmin),
        targets: [
          {
            type: 'User',
            id: licensed.id,
            displayName: licensed.displayName,
            userPrincipalName: licensed.userPrincipalName,
            modified: [{ name: 'AssignedLicense', old: skus(E5), new: skus(E3) }],
          },
        ],
      }),
    },
    {
      at: at + 31 * MINUTE,
      what: 'Exchange audits less in the mailbox of the smaller license',
      ...ran(world, {
        id: id('service'),
        at: at + 31 * MINUTE,
        person: { service: 'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)' },
        ip: '::1',
        name: 'Set-Mailbox',
        objectId: licensed.id,
        parameters: { Identity: licensed.id, DefaultAuditSet: 'Admin, Delegate, Owner' },
      }),
    },
  ]
}

const skus = (id: string) =>
  JSON.stringify([`[SkuName=${id === E5 ? 'ENTERPRISEPREMIUM' : 'ENTERPRISEPACK'}, SkuId=${id}]`])
