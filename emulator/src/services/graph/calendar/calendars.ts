import { allowOptions } from '#services/graph/odata/options.ts'
import { addressOf } from '#world/mail/addresses.ts'
import { contextOf, itemNotFound, mailboxOf } from '#services/graph/mail/mailbox-of.ts'
import type { Call } from '#services/graph/route.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Reply } from '#http/exchange.ts'

import { eventId } from './shape.ts'

/** Every mailbox has one calendar. */

export function listCalendars(call: Call): Reply {
  allowOptions(call.request.query, [])
  return {
    status: 200,
    body: { '@odata.context': contextOf(call, 'calendars'), value: [shape(call, mailboxOf(call))] },
  }
}

export function getCalendar(call: Call): Reply {
  const calendar = shape(call, mailboxOf(call))
  const wanted = call.params['calendar']
  if (wanted !== undefined && wanted !== calendar.id) throw itemNotFound()
  return { status: 200, body: { '@odata.context': contextOf(call, 'calendars/$entity'), ...calendar } }
}

const shape = (call: Call, mailbox: Mailbox) => ({
  id: eventId(call, mailbox, 'calendar'),
  name: 'Calendar',
  color: 'auto',
  hexColor: '',
  isDefaultCalendar: true,
  changeKey: 'AAAAAAAAAAA=',
  canShare: true,
  canViewPrivateItems: true,
  canEdit: true,
  allowedOnlineMeetingProviders: ['teamsForBusiness'],
  defaultOnlineMeetingProvider: 'teamsForBusiness',
  isTallyingResponses: true,
  isRemovable: false,
  owner: addressOf(mailbox.person),
})
