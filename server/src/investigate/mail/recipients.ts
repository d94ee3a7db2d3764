import { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { userUrl } from '#connect/apis/graph/mail.ts'
import type { BatchReply, Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'
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
 */
export async function findRecipients(
  microsoft: Microsoft,
  pairs: readonly MailPair[],
  signal?: AbortSignal,
): Promise<InvestigationMailbox[]> {
  const addresses = [...new Set(pairs.filter(({ location }) => REACHABLE.has(location)).map((pair) => pair.recipient))]
  const found = await resolveAddresses(microsoft, addresses, signal)
  const mailboxes = [...found.values()].flatMap((each) => (each instanceof AppError ? [] : [each]))
  return [...new Map(mailboxes.map((mailbox) => [mailbox.userId, mailbox])).values()]
}

/**
 * Whose mailboxes these addresses are: by address, what Microsoft answered instead where it refused, and nothing where no
 * user of the tenant has the address.
 *
 * Two rounds of batches: by name, which most addresses are, and then by any other address.
 *
 * @throws AppError CONNECT_* when a whole batch failed.
 */
export async function resolveAddresses(
  microsoft: Microsoft,
  addresses: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, InvestigationMailbox | AppError>> {
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
  const answers = [
    ...addresses.map((address, i) => [address, userOf(byName[i]!)] as const),
    ...others.map((address, i) => [address, firstOf(address, byAddress[i]!)] as const),
  ]
  return new Map(
    answers.flatMap(([address, user]) =>
      user ? [[address, user instanceof AppError ? user : toMailbox(user)] as const] : [],
    ),
  )
}

function firstOf(address: string, reply: BatchReply): GraphUser | AppError | undefined {
  const request = { api: 'graph', path: '/v1.0/users', what: `Could not find the user ${address}.` } as const
  try {
    return batchedJson({ ...request, permission: 'User.Read.All' }, reply, Users).value[0]
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

function userOf({ status, body }: BatchReply): GraphUser | undefined {
  return status === 200 ? GraphUser.safeParse(body).data : undefined
}
