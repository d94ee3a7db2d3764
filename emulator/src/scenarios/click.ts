import { blockedClick } from '#world/audit/records/threats.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { leave } from '#world/surface.ts'
import { urlClicks } from '#world/security/clicks.ts'
import type { Item } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { audited, recordId, together } from './deeds.ts'
import type { Deed } from './deeds.ts'

/** Somebody clicks a link of a message, at home in the office. A click that Safe Links stops is in the audit feed as well. */
export function clicked(world: World, { key, at, person, item, url, blocked = false }: Click): Deed {
  const id = recordId(world, key, 'click', person.index)
  const ip = homeIp(world, person)
  const seen: Deed = {
    traces: [
      leave(urlClicks, {
        id,
        at,
        publishedAt: at,
        record: {
          url,
          action: blocked ? 'ClickBlocked' : 'ClickAllowed',
          account: person.userPrincipalName,
          workload: 'Email',
          networkMessageId: item.networkMessageId,
          threats: blocked ? ['Phish'] : [],
          ipAddress: ip,
          isClickedThrough: false,
          chain: [url],
        },
      }),
    ],
  }
  if (!blocked) return seen
  const event = { id: recordId(world, key, 'blocked click', person.index), at, person }
  const record = blockedClick(world, event, { url, ip, messageId: item.networkMessageId })
  return together(audited('Audit.General', at, record), seen)
}

interface Click {
  /** Of the story. */
  key: string
  at: number
  person: Person
  item: Pick<Item, 'networkMessageId'>
  url: string
  /** By Safe Links. */
  blocked?: boolean
}
