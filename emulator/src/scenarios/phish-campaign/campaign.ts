import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import { ordinary } from '#world/mail/item.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** What the campaign is: sender, message and victims, all drawn from the seed. */
export interface Campaign {
  internetMessageId: string
  networkMessageId: string
  conversation: string
  sender: { name: string; address: string }
  senderIp: string
  subject: string
  text: string
  link: string
  /** Milliseconds. */
  receivedAt: number
  /** The 23 mailboxes it reached, one of them shared. */
  recipients: readonly Person[]
  /** Where the message lies at first: in 21 mailboxes the inbox. */
  folderOf: (person: Person) => string
  /** The one who reported it. */
  reporter: Person
  reportedAt: number
}

const RECIPIENTS = 23
/** `harborfinch-payroll.example` */
export const domainLike = ({ domain }: World, what: string): string => `${domain.split('.')[0]}-${what}.example`
export const SUBJECT = 'Action required: confirm your payroll account'

export const campaignOf = once((world): Campaign => {
  const r = random(world.seed, 'phish-campaign')
  const recipients = recipientsOf(world)
  // Deliveries of one campaign carry one message id; a whole second, three hours before the epoch.
  const receivedAt = world.epoch - 3 * 3_600_000 - r.between(0, 1800) * 1000
  const domain = domainLike(world, 'payroll')
  const link = `https://${domain}/confirm/${r.hex(12)}`
  return {
    internetMessageId: `<${r.hex(20)}@mail.${domain}>`,
    networkMessageId: r.guid(),
    conversation: r.guid(),
    sender: { name: `${world.name} Payroll`, address: `payroll@${domain}` },
    senderIp: '203.0.113.66',
    subject: SUBJECT,
    text: `Dear colleague,\n\nYour payroll account could not be verified. Confirm it today or this month's payment will be held back.\n\n${link}\n\nPayroll Team`,
    link,
    receivedAt,
    recipients,
    // One has a rule that files mail about pay, one has it in Junk.
    folderOf: (person) =>
      person.index === recipients[5]!.index
        ? 'user:Invoices'
        : person.index === recipients[11]!.index
          ? 'junkemail'
          : 'inbox',
    reporter: recipients[0]!,
    reportedAt: receivedAt + r.between(20, 40) * 60_000,
  }
})

/** The 23 mailboxes it reached, one of them shared. */
export const recipientsOf = once((world): readonly Person[] => {
  const { users, mailboxes } = world.directory
  const r = random(world.seed, 'phish-recipients')
  const chosen = new Set<number>()
  while (chosen.size < RECIPIENTS - 1) chosen.add(r.between(0, users - 1))
  const shared = r.between(users, mailboxes - 1)
  return [...chosen, shared].map((index) => world.directory.at(index))
})

/** One recipient's copy of the message. */
export function phishOf(world: World, person: Person): Item {
  const campaign = campaignOf(world)
  return {
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
    to: [{ name: person.displayName, address: person.userPrincipalName }],
    receivedAt: campaign.receivedAt,
    isRead: person.index % 2 === 0,
    importance: 'high',
  }
}
