import { audited, changed, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { clicked } from '#scenarios/click.ts'
import { consentActivities, consentObjects } from '#scenarios/consent.ts'
import { plant } from '#world/objects.ts'
import { quarantinedMessages } from '#world/mail/quarantine.ts'
import { threatMail } from '#world/audit/records/threats.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Person } from '#world/directory.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { access } from './access.ts'
import { castOf } from './cast.ts'
import { held, lettersByName } from './letters.ts'
import { KEY, MINUTE, consentOf, toApplication } from './session.ts'
import { noticed } from './alerts.ts'

const NOT_CONSENTED = { number: 65_001, word: 'DelegationDoesNotExist' }

const DECLINED = { number: 65_004, word: 'UserDeclinedConsent' }

/** From the mail to the consent, and what the application does with it. */
export function attack(world: World): Step[] {
  const { victim, decliner, late, application, link, start } = castOf(world)
  const { lure } = lettersByName(world)
  const at = (minute: number) => start + minute * MINUTE
  const click = (person: Person, minute: number) => ({ key: KEY, at: at(minute), person, item: lure, url: link })
  const name = { applicationName: application.displayName }
  const consent = consentOf(world)
  return [
    {
      at: start,
      what: 'A mail asks to allow an application; filtering holds it back from some',
      attack: 'T1566.002',
      ...together(...held(world).map((message) => heldBackDeed(world, message))),
    },
    { at: at(9), what: 'The victim clicks the link', attack: 'T1566.002', ...clicked(world, click(victim, 9)) },
    {
      at: at(10),
      what: 'The victim is asked for consent',
      attack: 'T1528',
      ...signedIn(world, { ...toApplication(world, victim, 10), error: NOT_CONSENTED }, name),
    },
    {
      at: at(11),
      what: 'The victim consents',
      attack: 'T1528',
      ...together(
        ...consentActivities(world, consent).map((activity) => changed(world, activity)),
        consentObjects(world, consent),
        signedIn(world, toApplication(world, victim, 11), name),
      ),
    },
    { at: at(21), what: 'A colleague clicks the link', attack: 'T1566.002', ...clicked(world, click(decliner, 21)) },
    {
      at: at(22),
      what: 'The colleague declines to consent',
      ...signedIn(world, { ...toApplication(world, decliner, 22), error: DECLINED }, name),
    },
    ...access(world),
    {
      at: at(42),
      what: 'A third one clicks the link, which Safe Links stops by now',
      attack: 'T1566.002',
      ...clicked(world, { ...click(late, 42), blocked: true }),
    },
    ...noticed(world),
  ]
}

function heldBackDeed(world: World, message: ReturnType<typeof held>[number]): Deed {
  const at = message.receivedAt
  const person = world.directory.find(message.recipient)!
  const event = { id: recordId(world, KEY, 'held back', person.index), at, person }
  return together(audited('Audit.General', at, threatMail(world, event, message)), {
    objects: [plant(quarantinedMessages, message.identity, at, message)],
  })
}
