import { audited, recordId, together } from '#scenarios/deeds.ts'
import { lettersOf } from '#scenarios/letter.ts'
import { plant } from '#world/objects.ts'
import { quarantinedMessages } from '#world/mail/quarantine.ts'
import { threatMail } from '#world/audit/records/threats.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { campaignOf, phishOf } from './campaign.ts'
import { castOf } from './cast.ts'
import { defenses } from './defenses.ts'
import { held, letters, lettersByName } from './letters.ts'
import { KEY, reactions } from './reactions.ts'
import { lookAlikes } from './look-alikes.ts'

const correspondence = lettersOf(letters)

/**
 * A phish that reached 23 mailboxes before one recipient reported it. Two sent it on, one answered, three clicked and one
 * of them entered the password. A second message of the campaign was mostly caught: held back, put into Junk Email, or
 * taken out of the inbox later.
 */
export const phishCampaign: Scenario = {
  id: 'phish-campaign',
  title: 'Payroll phish in 23 mailboxes, reported by one recipient',
  attack: ['T1566.002', 'T1204.001', 'T1078.004'],
  rules: ['Bad Link Opened', 'User Reported Mail As Phishing'],
  mail: (world, person) => {
    const delivered = campaignOf(world).recipients.some(({ index }) => index === person.index)
    return [
      ...(delivered ? [phishOf(world, person)] : []),
      ...correspondence(world, person),
      ...lookAlikes(world, person),
    ]
  },
  steps: (world) => [...arrivals(world), ...reactions(world), ...defenses(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { internetMessageId, networkMessageId, sender, subject, recipients, reporter, link } = campaignOf(world)
    const { forwards, replier, trusting, clicks, thief, second } = castOf(world)
    const mail = lettersByName(world)
    const ids = (item: Item) => ({
      internetMessageId: item.internetMessageId,
      networkMessageId: item.networkMessageId,
    })
    return {
      internetMessageId,
      networkMessageId,
      sender: sender.address,
      subject,
      link,
      recipients: names(recipients),
      reporter: reporter.userPrincipalName,
      forwards: forwards.map(({ by, to }, i) => ({
        ...ids(mail.forwards[i]!),
        from: by.userPrincipalName,
        to: names(to),
      })),
      reply: { ...ids(mail.reply), from: replier.userPrincipalName },
      clicked: names(clicks.map(({ by }) => by)),
      enteredPassword: trusting.userPrincipalName,
      thiefIp: thief.ip,
      secondMessage: {
        ...ids(mail.second),
        sender: mail.second.from.address,
        quarantined: names(second.quarantined),
        junked: names(second.junked),
        removed: names(second.removed),
      },
    }
  },
}

const names = (list: readonly Person[]) => list.map(({ userPrincipalName }) => userPrincipalName)

function arrivals(world: World): Step[] {
  const { receivedAt, recipients } = campaignOf(world)
  const { second } = castOf(world)
  const heldBack = held(world).map((message): Deed => {
    const person = world.directory.find(message.recipient)!
    const event = { id: recordId(world, KEY, 'held back', person.index), at: second.at, person }
    return together(audited('Audit.General', second.at, threatMail(world, event, message)), {
      objects: [plant(quarantinedMessages, message.identity, second.at, message)],
    })
  })
  return [
    { at: receivedAt, what: `The mail arrives in ${recipients.length} mailboxes`, attack: 'T1566.002' },
    {
      at: second.at,
      what: 'A second message arrives: some are held back, one goes to Junk Email, some are delivered',
      attack: 'T1566.002',
      ...together(...heldBack),
    },
  ]
}
