import { z } from 'zod'

import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { userUrl } from '#connect/apis/graph/mail.ts'
import type { BatchReply, Microsoft } from '#connect/microsoft.ts'
import type { InvestigationMailbox } from '#domain/investigation.ts'

import { GraphUser, toMailbox, USER_FIELDS } from './mailboxes.ts'
import type { MailPair } from './pairs/pair.ts'

/** Where a copy is in a mailbox of the tenant, or may be. */
const REACHABLE: ReadonlySet<MailPair['location']> = new Set([
  undefined,
  'mailbox',
  'junk',
  'deleted',
  'sent',
  'pending',
])

const Users = z.object({ value: z.array(GraphUser) })

/**
 * The mailboxes of the recipients, each once. A recipient who is no user of the tenant gets no row: the address is outside,
 * or a list, whose members have deliveries of their own.
 *
 * Two rounds of batches: by name, which most addresses are, and then by any other address.
 */
export async function findRecipients(
  microsoft: Microsoft,
  pairs: readonly MailPair[],
  signal?: AbortSignal,
): Promise<InvestigationMailbox[]> {
  const addresses = [...new Set(pairs.filter(({ location }) => REACHABLE.has(location)).map((pair) => pair.recipient))]
  const ask = (urls: readonly string[]) =>
    microsoft.batch(
      urls.map((url) => ({ method: 'GET', url })),
      signal,
    )
  const select = { $select: USER_FIELDS }
  const byName = await ask(addresses.map((address) => `${userUrl(address)}${odataQuery(select)}`))
  const others = addresses.filter((_, i) => !userOf(byName[i]!))
  const byAddress = await ask(
    others.map((address) => {
      const $filter = `mail eq ${odataString(address)} or proxyAddresses/any(p:p eq ${odataString(`smtp:${address}`)})`
      return `/users${odataQuery({ ...select, $filter })}`
    }),
  )
  const users = [
    ...byName.flatMap((reply) => userOf(reply) ?? []),
    ...byAddress.flatMap((reply) => Users.safeParse(reply.body).data?.value ?? []),
  ]
  return [...new Map(users.map((user) => [user.id, toMailbox(user)])).values()]
}

function userOf({ status, body }: BatchReply): GraphUser | undefined {
  return status === 200 ? GraphUser.safeParse(body).data : undefined
}
