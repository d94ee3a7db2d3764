import { castOf as peopleOf } from '#scenarios/cast.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { ForeignApplication } from '#scenarios/consent.ts'

/** Who and what takes part, all drawn from the seed. */
export const castOf = once((world) => {
  const people = peopleOf(world, 'oauth-consent')
  const r = random(world.seed, 'oauth-consent')
  const name = r.pick(['Mailbox Storage Upgrade', 'Document Vault', 'Signature Sync', 'Secure Mail Reader'])
  const host = `${name.toLowerCase().replaceAll(' ', '-')}.example`
  const application: ForeignApplication = {
    id: r.guid(),
    appId: r.guid(),
    displayName: name,
    appOwnerOrganizationId: r.guid(),
    publisher: r.pick(['Micro Soft Office Services', '0ffice 365 Tools']),
    replyUrls: [`https://${host}/callback`],
  }
  const scope = r.pick([
    'Mail.Read Mail.Send offline_access User.Read',
    'Mail.ReadWrite Mail.Send MailboxSettings.ReadWrite offline_access User.Read',
  ])
  const query = new URLSearchParams({
    client_id: application.appId,
    response_type: 'code',
    redirect_uri: `https://${host}/callback`,
    scope,
    state: r.hex(8),
  })
  return {
    /** Consents. */
    victim: people[0]!,
    /** Looks at what is asked for, and declines. */
    decliner: people[1]!,
    /** Clicks when the link is known for what it is. */
    late: people[2]!,
    /** Got the mail, and did nothing. */
    unimpressed: people[3]!,
    /** The mail was held back from them. */
    spared: people.slice(4, 6),
    /** Got the mail from the victim's mailbox. */
    second: people.slice(6, 8),
    application,
    scope,
    link: `https://login.microsoftonline.com/common/oauth2/v2.0/authorize?${query.toString()}`,
    sender: { name: 'IT Service Desk', address: `notice@${host}` },
    senderIp: `203.0.113.${r.between(221, 222)}`,
    /** Where the application runs. */
    server: { ip: `203.0.113.${r.between(223, 226)}`, city: r.pick(['Riga', 'Singapore']), network: 64_506 },
    /** The mail arrives: whole seconds, sixteen hours before the epoch. */
    start: world.epoch - 16 * 3_600_000 + r.between(0, 1800) * 1000,
  }
})
