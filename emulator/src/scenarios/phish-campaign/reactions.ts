import { audited, foundRisky, heldAtRisk, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { clicked } from '#scenarios/click.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { itemEvent } from '#world/audit/records/exchange.ts'
import { mailItem } from '#scenarios/letter.ts'
import { random } from '#world/random.ts'
import { userSubmission } from '#world/audit/records/general.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { campaignOf, phishOf } from './campaign.ts'
import { castOf } from './cast.ts'
import { lettersByName } from './letters.ts'

export const KEY = 'phish-campaign'

export const MINUTE = 60_000

const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca'

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36'

/** What recipients did, and what was done with a password. */
export function reactions(world: World): Step[] {
  const { link, recipients } = campaignOf(world)
  const { forwards, replier, repliedAt, clicks } = castOf(world)
  const mail = lettersByName(world)
  const original = phishOf(world, recipients[0]!)
  return [
    ...forwards.map(({ by, at }, i) => ({
      at,
      what: 'A recipient sends it on to colleagues',
      ...sent(world, by, mail.forwards[i]!),
    })),
    { at: repliedAt, what: 'A recipient answers the sender', ...sent(world, replier, mail.reply) },
    ...clicks.map(({ by, at, blocked }) => ({
      at,
      what: blocked ? 'A recipient clicks the link, which Safe Links stops by now' : 'A recipient clicks the link',
      attack: 'T1204.001',
      ...clicked(world, { key: KEY, at, person: by, item: original, url: link, blocked }),
    })),
    passwordTried(world),
    reported(world),
  ]
}

/** The sender's own doing, as Exchange tells it. */
function sent(world: World, owner: Person, item: Item): Deed {
  const event = {
    id: recordId(world, KEY, 'sent', item.key),
    at: item.receivedAt,
    owner,
    ip: homeIp(world, owner),
    operation: 'Send',
    clientInfo: 'Client=OWA;Action=ViaProxy',
  }
  return audited('Audit.Exchange', event.at, itemEvent(world, event, mailItem(world, owner, item, '\\Sent Items')))
}

/** The password is right; without the second factor it is of no use. */
function passwordTried(world: World): Step {
  const { trusting, thief, triedAt, sessionId } = castOf(world)
  const sign: SignIn = {
    id: recordId(world, KEY, 'password tried'),
    at: triedAt,
    person: trusting,
    ip: thief.ip,
    userAgent: AGENT,
    applicationId: OFFICE_HOME,
    sessionId,
    error: { number: 50_074, word: 'UserStrongAuthClientAuthNRequiredInterrupt' },
  }
  const risk = { level: 'medium', eventTypes: ['unfamiliarFeatures'] } as const
  const { city, network } = thief
  return {
    at: triedAt,
    what: 'The password that a recipient entered is tried, and stopped by the second factor',
    attack: 'T1078.004',
    ...together(
      signedIn(world, sign, { city, network, device: 'unknown', risk }),
      foundRisky(world, sign, { eventType: 'unfamiliarFeatures', level: 'medium', city }),
      heldAtRisk(trusting, triedAt + 30_000, risk),
    ),
  }
}

function reported(world: World): Step {
  const campaign = campaignOf(world)
  const { reporter, sender, reportedAt: at } = campaign
  const id = random(world.seed, KEY, 'report').guid()
  const record = userSubmission(
    world,
    { id, at, person: reporter },
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
  return {
    at,
    what: 'A recipient reports the mail as phishing',
    audit: [{ contentType: 'Audit.General', publishedAt: at + 240_000, record }],
  }
}
