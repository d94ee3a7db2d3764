import { GLOBAL_ADMINISTRATOR } from '#world/roles.ts'
import { grantOf } from '#scenarios/consent.ts'
import { lettersOf } from '#scenarios/letter.ts'
import { together } from '#scenarios/deeds.ts'
import type { Scenario } from '#scenarios/scenario.ts'

import { castOf } from './cast.ts'
import { letters, lettersByName } from './letters.ts'
import { noticed } from './alerts.ts'
import { records } from './records.ts'
import { RULE, consentOf, deletingRule } from './footholds.ts'

/**
 * A stolen account, from guessing to theft. Every record shares the attacker's address and, once inside, the session.
 * The story begins six hours before the epoch.
 */
export const accountTakeover: Scenario = {
  id: 'account-takeover',
  title: 'Stolen account: rule, forwarding, mail read, consent, role, mass download',
  attack: ['T1110.003', 'T1078.004', 'T1564.008', 'T1114.003', 'T1114.002', 'T1534', 'T1528', 'T1098.003', 'T1530'],
  rules: [
    'Inbox Rule After Risky Sign-In',
    'Inbox Rule Forwards Or Hides Mail',
    'Mailbox Forwards Its Mail',
    'Mass Download',
    'Password Guessed',
    'Privileged Role Granted',
    'User Consents To Application That Reads Mail Or Files',
  ],
  mail: lettersOf(letters),
  steps: (world) => {
    const recorded = records(world).map(({ contentType, at, record, tells: { what, attack, deed } }) => ({
      at,
      what,
      attack,
      ...together(deed, { audit: [{ contentType, publishedAt: at + 300_000, record }] }),
    }))
    return [...recorded, ...noticed(world)].sort((a, b) => a.at - b.at)
  },
  truth: (world) => {
    const { victim, ip, sessionId, drop, application } = castOf(world)
    const { updated, reminder } = lettersByName(world)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      ip,
      sessionId,
      forwardsTo: drop,
      application,
      rule: { id: deletingRule(world).id, name: RULE },
      grant: grantOf(world, consentOf(world)).id,
      role: GLOBAL_ADMINISTRATOR,
      sent: updated.internetMessageId,
      hidden: reminder.internetMessageId,
      records: records(world).map(({ contentType, record }) => ({
        contentType,
        id: record.Id,
        operation: record['Operation'],
      })),
    }
  },
}
