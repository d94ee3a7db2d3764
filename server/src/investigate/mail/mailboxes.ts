import { Readable } from 'node:stream'

import { z } from 'zod'

import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { userUrl } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { InvestigationMailbox, MailTargets } from '#domain/investigation.ts'

const GraphUser = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  displayName: z.string().nullish(),
})
type GraphUser = z.infer<typeof GraphUser>

const USER_FIELDS = Object.keys(GraphUser.shape).join(',')
const PERMISSION = 'User.Read.All'
/** Look-ups of named users under way at once; a look-up costs one of Microsoft's 3,500+ resource units per 10 s. */
const LOOKUPS_AT_ONCE = 8

/**
 * The mailboxes to search, page by page, each user once per page. Whether a user has a mailbox at all shows only when it
 * is searched. A named user who is unknown gets a row too: `failed`, with the reason.
 *
 * @throws AppError CONNECT_* when the directory cannot be read.
 */
export async function* findMailboxes(
  microsoft: Microsoft,
  targets: MailTargets,
  signal?: AbortSignal,
): AsyncGenerator<InvestigationMailbox[], void, undefined> {
  if (targets.kind === 'users') {
    yield await namedMailboxes(microsoft, targets.users, signal)
    return
  }
  const request = {
    api: 'graph',
    path: `/v1.0/users${odataQuery({ $select: USER_FIELDS, $top: 999 })}`,
    what: 'Could not list the mailboxes to search.',
    permission: PERMISSION,
    ...(signal && { signal }),
  } as const
  for await (const users of microsoft.pages(request, GraphUser)) yield users.map(waiting)
}

async function namedMailboxes(microsoft: Microsoft, names: readonly string[], signal?: AbortSignal) {
  const given = new Set(names.map((name) => name.trim()).filter((name) => name !== ''))
  const rows = await Readable.from(given)
    .map((name: string) => namedMailbox(microsoft, name, signal), { concurrency: LOOKUPS_AT_ONCE })
    .toArray()
  return [...new Map(rows.map((row: InvestigationMailbox) => [row.userId, row])).values()]
}

async function namedMailbox(microsoft: Microsoft, name: string, signal?: AbortSignal): Promise<InvestigationMailbox> {
  try {
    return waiting(await findUser(microsoft, name, signal))
  } catch (error) {
    if (!(error instanceof AppError) || !UNKNOWN_USER.has(error.code)) throw error
    return {
      userId: name,
      userPrincipalName: name,
      displayName: name,
      state: 'failed',
      hits: 0,
      reason: reasonOf(error),
    }
  }
}

/** Not found, or not even well-formed enough to look for. Anything else (no permission) concerns every user. */
const UNKNOWN_USER: ReadonlySet<string> = new Set(['CONNECT_NOT_FOUND', 'CONNECT_REQUEST_REFUSED'])

/** By id, user principal name, or any other of the user's addresses: the one that people know is often an alias. */
async function findUser(microsoft: Microsoft, name: string, signal?: AbortSignal): Promise<GraphUser> {
  const request = (path: string) =>
    ({
      api: 'graph',
      path,
      what: `Could not find the user ${name}.`,
      permission: PERMISSION,
      ...(signal && { signal }),
    }) as const
  try {
    return await microsoft.json(request(`/v1.0${userUrl(name)}${odataQuery({ $select: USER_FIELDS })}`), GraphUser)
  } catch (notFound) {
    if (!(notFound instanceof AppError && notFound.code === 'CONNECT_NOT_FOUND' && name.includes('@'))) throw notFound
    const $filter = `mail eq ${odataString(name)} or proxyAddresses/any(p:p eq ${odataString(`smtp:${name}`)})`
    const path = `/v1.0/users${odataQuery({ $select: USER_FIELDS, $filter })}`
    const [user] = (await microsoft.json(request(path), z.object({ value: z.array(GraphUser) }))).value
    if (user === undefined) throw notFound
    return user
  }
}

function waiting(user: GraphUser): InvestigationMailbox {
  const { id, userPrincipalName, displayName } = user
  return { userId: id, userPrincipalName, displayName: displayName ?? userPrincipalName, state: 'waiting', hits: 0 }
}
