import { EXCHANGE_ADMINISTRATOR, assignment, roleAssignments } from '#world/roles.ts'
import { ORGANIZATION, exchangeOrganization } from '#world/exchange/organization.ts'
import { mailboxBecame, ran, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { plant } from '#world/objects.ts'
import { riskySignIn } from '#scenarios/risky-sign-in.ts'
import type { Cmdlet } from '#world/audit/records/exchange.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { blindingOf } from './blinding.ts'
import { lookAlikes } from './look-alikes.ts'

/**
 * An administrator's account is taken over and makes the company blind: first what two accounts do in mailboxes, then some
 * mailboxes, then everything. The last cmdlets are in the log all the same: it stops up to an hour after it was told to.
 */
export const auditDisabled: Scenario = {
  id: 'audit-disabled',
  title: 'Administrator taken over: auditing switched off',
  attack: ['T1110.001', 'T1621', 'T1078.004', 'T1562.008'],
  rules: ['Auditing Switched Off', 'Impossible Travel Or Anonymous Sign-In'],
  mail: () => [],
  steps: (world) => [...lookAlikes(world), ...steps(world)].toSorted((a, b) => a.at - b.at),
  truth: (world) => {
    const { admin, bypassed, unaudited, ip, city, sessionId, start, honest } = blindingOf(world)
    return {
      administrator: admin.userPrincipalName,
      administratorId: admin.id,
      ip,
      city,
      sessionId,
      bypassed: bypassed.map(({ userPrincipalName }) => userPrincipalName),
      unaudited: unaudited.map(({ userPrincipalName }) => userPrincipalName),
      unifiedAuditLogIngestionEnabled: false,
      switchedOffAt: new Date(start + SWITCHED_OFF).toISOString(),
      lookAlikes: [
        { what: 'auditing of a mailbox made sure of', userPrincipalName: honest.switchedOn.userPrincipalName },
        { what: 'smaller license', userPrincipalName: honest.licensed.userPrincipalName },
      ],
    }
  },
}

const MINUTE = 60_000
const SWITCHED_OFF = 31 * MINUTE
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
/** Exchange's PowerShell module. */
const POWERSHELL = 'fb78d390-0c51-40cd-8e17-fdbfab77341b'

function steps(world: World): Step[] {
  const { admin, bypassed, unaudited, ip, city, sessionId, start } = blindingOf(world)
  const id = (...names: (string | number)[]) => recordId(world, 'audit-disabled', ...names)
  const role = assignment(world.seed, admin.id, EXCHANGE_ADMINISTRATOR)
  const sign = { person: admin, ip, userAgent: AGENT, applicationId: POWERSHELL, resourceId: EXCHANGE, sessionId }
  const detail = { city, device: 'unknown', network: 64_509, applicationName: POWERSHELL_NAME } as const
  const failed = (name: string, seconds: number, number: number, word: string, mfa: 'not asked' | 'denied') =>
    signedIn(
      world,
      { ...sign, id: id(name), at: start + seconds * 1000, sessionId: id(name, 'session'), error: { number, word } },
      { ...detail, mfa },
    )
  const run = (
    key: string | number,
    at: number,
    name: string,
    objectId: string,
    parameters: Cmdlet['parameters'],
  ): Deed => ran(world, { id: id(name, key), at, person: admin, ip, sessionId, name, objectId, parameters })
  const signInAt = start + 14 * MINUTE
  return [
    {
      at: start - 60 * 86_400_000,
      what: 'The administrator has long been an Exchange administrator',
      objects: [plant(roleAssignments, role.id, start - 60 * 86_400_000, role)],
    },
    {
      at: start,
      what: 'Somebody guesses the password of an administrator',
      attack: 'T1110.001',
      ...together(
        ...[0, 40, 95, 170].map((seconds) =>
          failed(`guess ${seconds}`, seconds, 50_126, 'InvalidUserNameOrPassword', 'not asked'),
        ),
      ),
    },
    {
      at: start + 6 * MINUTE,
      what: 'With the right password, the administrator is asked on the telephone and declines',
      attack: 'T1621',
      ...together(
        ...[360, 480].map((seconds) =>
          failed(`asked ${seconds}`, seconds, 500_121, 'UserStrongAuthClientAuthNRequired', 'denied'),
        ),
      ),
    },
    {
      at: signInAt,
      what: 'Asked a third time, the administrator approves',
      attack: 'T1078.004',
      ...riskySignIn(
        world,
        { ...sign, id: id('sign-in'), at: signInAt },
        { ...detail, mfa: 'approved' },
        { eventType: 'anonymizedIPAddress', level: 'high', title: 'Anonymous IP address' },
      ),
    },
    ...bypassed.map((person, i): Step => {
      const at = start + (19 + 2 * i) * MINUTE
      return {
        at,
        what: 'What an account does in mailboxes is recorded no more',
        attack: 'T1562.008',
        ...run(i, at, 'Set-MailboxAuditBypassAssociation', person.id, {
          Identity: person.userPrincipalName,
          AuditBypassEnabled: 'True',
        }),
        ...mailboxBecame(world, person, at, { auditBypass: true }),
      }
    }),
    ...unaudited.map((person, i): Step => {
      const at = start + (24 + i) * MINUTE
      return {
        at,
        what: 'Auditing of a mailbox is switched off',
        attack: 'T1562.008',
        ...run(i, at, 'Set-Mailbox', person.id, { Identity: person.userPrincipalName, AuditEnabled: 'False' }),
        ...mailboxBecame(world, person, at, { auditEnabled: false }),
      }
    }),
    {
      at: start + SWITCHED_OFF,
      what: 'Auditing is switched off for the company',
      attack: 'T1562.008',
      ...run('organization', start + SWITCHED_OFF, 'Set-AdminAuditLogConfig', 'Admin Audit Log Settings', {
        UnifiedAuditLogIngestionEnabled: 'False',
      }),
      objects: [
        plant(exchangeOrganization, ORGANIZATION, start + SWITCHED_OFF, {
          ...exchangeOrganization.born(world).find(ORGANIZATION)!,
          unifiedAuditLogIngestionEnabled: false,
        }),
      ],
    },
  ]
}

const POWERSHELL_NAME = 'Microsoft Exchange REST API Based Powershell'
