import { grantOf } from '#scenarios/consent.ts'
import { lettersOf } from '#scenarios/letter.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario } from '#scenarios/scenario.ts'

import { attack } from './attack.ts'
import { castOf } from './cast.ts'
import { consentOf } from './session.ts'
import { letters, lettersByName, readItems } from './letters.ts'
import { lookAlikes } from './look-alikes.ts'

/**
 * Consent phishing: nobody's password is stolen. A mail leads to Microsoft's own page, where a user allows an application of
 * another tenant to read and send mail; from then on it does so without the user. Around it: a colleague who declines, an
 * administrator who consents to an honest application for all, and one who fails to take an old one's consent away.
 */
export const oauthConsent: Scenario = {
  id: 'oauth-consent',
  title: 'A user allows an application of another tenant to read and send mail',
  attack: ['T1566.002', 'T1528', 'T1550.001', 'T1114.002', 'T1534'],
  rules: [
    'Application Reads Mail After Consent',
    'Bad Link Opened',
    'User Consents To Application That Reads Mail Or Files',
  ],
  mail: lettersOf(letters),
  steps: (world) => [...attack(world), ...lookAlikes(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { victim, decliner, late, unimpressed, spared, second, application, scope, link, server } = castOf(world)
    const { lure, sentOn } = lettersByName(world)
    const names = (...list: readonly Person[]) => list.map(({ userPrincipalName }) => userPrincipalName)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      application: { appId: application.appId, servicePrincipalId: application.id, name: application.displayName },
      scope,
      grant: grantOf(world, consentOf(world)).id,
      ip: server.ip,
      lure: { networkMessageId: lure.networkMessageId, internetMessageId: lure.internetMessageId, link },
      delivered: names(victim, decliner, late, unimpressed),
      quarantined: names(...spared),
      clicked: names(victim, decliner, late),
      declined: decliner.userPrincipalName,
      sentOn: {
        networkMessageId: sentOn.networkMessageId,
        internetMessageId: sentOn.internetMessageId,
        to: names(...second),
      },
      read: readItems(world).map(({ internetMessageId }) => internetMessageId),
    }
  },
}
