import { accessEvent, itemEvent } from '#world/audit/records/exchange.ts'
import { audited, recordId, signedIn } from '#scenarios/deeds.ts'
import { leave } from '#world/surface.ts'
import { mailItem } from '#scenarios/letter.ts'
import { programSignIn } from '#world/entra/sign-in-record.ts'
import { publishedAt } from '#world/entra/publication.ts'
import { servicePrincipalSignIns } from '#world/entra/sign-ins.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { KEY, MINUTE, toApplication } from './session.ts'
import { SENT_ON, lettersByName, readItems } from './letters.ts'

/** The application at work: in the user's name without the user, once in its own, reading and sending. */
export function access(world: World): Step[] {
  const { victim, application, server, start } = castOf(world)
  const items = readItems(world)
  const at = (minute: number) => start + minute * MINUTE
  const event = (minute: number, operation: string) => ({
    id: recordId(world, KEY, operation, minute),
    at: at(minute),
    owner: victim,
    ip: server.ip,
    operation,
    clientInfo: 'Client=REST;Client=RESTSystem;;',
    clientAppId: application.appId,
  })
  const renewals = [14, 75, 140, 183, 260, 330].map((minute): Step => {
    const sign = { ...toApplication(world, victim, minute), ip: server.ip, userAgent: 'node-fetch/1.0' }
    return {
      at: at(minute),
      what: 'The application gets a token for the victim’s mailbox, without the victim',
      attack: 'T1550.001',
      ...signedIn(world, sign, {
        ...server,
        kind: 'nonInteractiveUser',
        device: 'unknown',
        clientApp: 'Mobile Apps and Desktop clients',
        applicationName: application.displayName,
      }),
    }
  })
  const reads = [16, 77, 142].map((minute, i): Step => ({
    at: at(minute),
    what: 'The application reads mail',
    attack: 'T1114.002',
    ...audited(
      'Audit.Exchange',
      at(minute),
      accessEvent(
        world,
        event(minute, 'MailItemsAccessed'),
        items.slice(2 * i, 2 * i + 2).map((item) => mailItem(world, victim, item, '\\Inbox')),
      ),
    ),
  }))
  const { sentOn } = lettersByName(world)
  return [
    ...renewals,
    ...reads,
    {
      at: at(78),
      what: 'The application gets a token of its own, in which it is allowed nothing',
      attack: 'T1550.001',
      ...ownToken(world, at(78)),
    },
    {
      at: at(SENT_ON),
      what: 'The application sends the mail on to colleagues, as the victim',
      attack: 'T1534',
      ...audited(
        'Audit.Exchange',
        at(SENT_ON),
        itemEvent(world, event(SENT_ON, 'Send'), mailItem(world, victim, sentOn, '\\Sent Items')),
      ),
    },
  ]
}

function ownToken(world: World, at: number): Deed {
  const { application, server } = castOf(world)
  const { appId, id: servicePrincipalId, displayName: name, appOwnerOrganizationId: homeTenantId } = application
  const id = recordId(world, KEY, 'own token')
  const record = programSignIn(
    world,
    { appId, servicePrincipalId, name, homeTenantId, ip: server.ip, city: server.city },
    id,
    at,
    'servicePrincipal',
  )
  return { traces: [leave(servicePrincipalSignIns, { id, at, publishedAt: publishedAt(world, id, at), record })] }
}
