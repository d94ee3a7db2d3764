import { random } from '#world/random.ts'
import { userSubmission } from '#world/audit/records/general.ts'
import { ordinary } from '#world/mail/item.ts'
import type { Item } from '#world/mail/item.ts'
import type { Scenario } from '#scenarios/scenario.ts'

import { campaignOf } from './campaign.ts'
import { lookAlikes } from './look-alikes.ts'

/** A phish that reached 23 mailboxes before one recipient reported it. */
export const phishCampaign: Scenario = {
  id: 'phish-campaign',
  title: 'Payroll phish in 23 mailboxes, reported by one recipient',
  attack: ['T1566.002'],
  mail: (world, person) => {
    const campaign = campaignOf(world)
    const delivered: Item[] = campaign.recipients.some(({ index }) => index === person.index)
      ? [
          {
            ...ordinary,
            key: 'phish',
            folder: campaign.folderOf(person),
            conversation: campaign.conversation,
            internetMessageId: campaign.internetMessageId,
            networkMessageId: campaign.networkMessageId,
            from: campaign.sender,
            subject: campaign.subject,
            text: campaign.text,
            senderIp: campaign.senderIp,
            to: [
              {
                name: person.displayName,
                address: person.userPrincipalName,
              },
            ],
            receivedAt: campaign.receivedAt,
            isRead: person.index % 2 === 0,
            importance: 'high',
          },
        ]
      : []
    return [...delivered, ...lookAlikes(world, person)]
  },
  steps: (world) => {
    const campaign = campaignOf(world)
    const { reporter, sender } = campaign
    const id = random(world.seed, 'phish-campaign', 'report').guid()
    const record = userSubmission(
      world,
      { id, at: campaign.reportedAt, person: reporter },
      {
        internetMessageId: campaign.internetMessageId,
        networkMessageId: campaign.networkMessageId,
        p1Sender: sender.address,
        p2Sender: sender.address,
        senderIp: campaign.senderIp,
        subject: campaign.subject,
        recipients: [reporter.userPrincipalName],
        receivedAt: campaign.receivedAt,
      },
    )
    return [
      {
        at: campaign.reportedAt,
        what: 'A recipient reports the mail as phishing',
        audit: [{ contentType: 'Audit.General', publishedAt: campaign.reportedAt + 240_000, record }],
      },
    ]
  },
  truth: (world) => {
    const { internetMessageId, networkMessageId, sender, subject, recipients, reporter, link } = campaignOf(world)
    return {
      internetMessageId,
      networkMessageId,
      sender: sender.address,
      subject,
      link,
      recipients: recipients.map(({ userPrincipalName }) => userPrincipalName),
      reporter: reporter.userPrincipalName,
    }
  },
}
