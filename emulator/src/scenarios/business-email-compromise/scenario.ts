import { lettersOf } from '#scenarios/letter.ts'
import type { Item } from '#world/mail/item.ts'
import type { Scenario } from '#scenarios/scenario.ts'

import { attack } from './attack.ts'
import { castOf } from './cast.ts'
import { letters, lettersByName } from './letters.ts'
import { lookAlikes } from './look-alikes.ts'
import { RULE, hidingRule } from './rule.ts'

/**
 * Business e-mail compromise. A page between the victim and the sign-in page steals the session; used from elsewhere, it
 * needs no second factor. A rule hides the partner's mail, the mailbox forwards, and a domain with one letter more joins the
 * thread about an invoice with a new bank account. Around it: a colleague's rule, a traveler, a partner's new telephone.
 */
export const businessEmailCompromise: Scenario = {
  id: 'business-email-compromise',
  title: 'Stolen session, hidden replies, and an invoice with a new bank account',
  attack: ['T1566.002', 'T1557', 'T1550.004', 'T1114.002', 'T1564.008', 'T1114.003', 'T1656', 'T1534'],
  rules: [
    'Inbox Rule After Risky Sign-In',
    'Inbox Rule Forwards Or Hides Mail',
    'Mailbox Forwards Its Mail',
    'One Session From Two Networks',
    'Sign-Ins From Places Too Far Apart To Travel',
    'Sign-Ins From Two Countries Within An Hour',
    'Stolen Token Or Password',
  ],
  mail: lettersOf(letters),
  steps: (world) => [...attack(world), ...lookAlikes(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { victim, approver, partner, lookAlike, proxy, replay, sessionId, drop, lureLink, invoice } = castOf(world)
    const { lure, changed, urged, assured, asked, denied, reminder } = lettersByName(world)
    const ids = ({ networkMessageId, internetMessageId }: Item) => ({ networkMessageId, internetMessageId })
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      lure: { ...ids(lure), link: lureLink },
      signInProxyIp: proxy.ip,
      replayIp: replay.ip,
      sessionId,
      rule: { id: hidingRule(world).id, name: RULE },
      forwardsTo: drop,
      invoice,
      partner: partner.address,
      lookAlike: lookAlike.address,
      approver: approver.userPrincipalName,
      fraud: [changed, urged, assured].map(ids),
      hidden: [reminder, asked, denied].map(ids),
    }
  },
}
