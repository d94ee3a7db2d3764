import { Readable } from 'node:stream'

import { z } from 'zod'

import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { userUrl } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { InvestigationMailbox, MailTargets } from '#domain/investigation.ts'

/** A user as far as an investigation needs to know. */
export const GraphUser = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  displayName: z.string().nullish(),
})
export type GraphUser = z.infer<typeof GraphUser>

export const USER_FIELDS = Object.keys(GraphUser.shape).join(',')
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
  const list = (path: string, permission = PERMISSION) =>
    listUsers(microsoft, { path, permission, ...(signal && { signal }) })
  switch (targets.kind) {
    case 'all':
      yield* list(`/users${odataQuery({ $select: USER_FIELDS, $top: PAGE })}`)
      return
    case 'users':
      yield await namedMailboxes(microsoft, targets.users, signal)
      return
    case 'groups':
      for (const name of targets.groups) {
        const group = await findGroup(microsoft, name, signal)
        const query = odataQuery({ $select: USER_FIELDS, $top: PAGE, $count: 'true' })
        yield* list(`/groups/${group}/transitiveMembers/microsoft.graph.user${query}`, 'GroupMember.Read.All')
      }
      return
    case 'departments':
      for (const department of targets.departments) {
        const $filter = `department eq ${odataString(department.trim())}`
        let members = 0
        for await (const users of list(`/users${odataQuery({ $select: USER_FIELDS, $filter, $top: PAGE })}`)) {
          members += users.length
          yield users
        }
        if (members === 0) throw unknownTarget(`Nobody’s department is “${department}”.`, 'Entra > Users > Department')
      }
  }
}

/**
 * How many users the targets are, whoever of them has a mailbox.
 *
 * @throws as {@link findMailboxes}.
 */
export async function countMailboxes(microsoft: Microsoft, targets: MailTargets): Promise<number> {
  if (targets.kind === 'users') return new Set(targets.users.map((name) => name.trim())).size
  const count = async (path: string, permission: string) => {
    const { body } = await microsoft.send({
      api: 'graph',
      path: `/v1.0${path}`,
      headers: { ConsistencyLevel: 'eventual', accept: 'text/plain' },
      what: 'Could not count the mailboxes to search.',
      permission,
    })
    return Number(body.toString('utf8').replace(/^\uFEFF/, ''))
  }
  const counts =
    targets.kind === 'all'
      ? [count('/users/$count', PERMISSION)]
      : targets.kind === 'departments'
        ? targets.departments.map((department) =>
            count(
              `/users/$count${odataQuery({ $filter: `department eq ${odataString(department.trim())}` })}`,
              PERMISSION,
            ),
          )
        : targets.groups.map(async (name) => {
            const group = await findGroup(microsoft, name)
            return count(`/groups/${group}/transitiveMembers/microsoft.graph.user/$count`, 'GroupMember.Read.All')
          })
  return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0)
}

/** Microsoft's largest page of users. */
const PAGE = 999

async function* listUsers(
  microsoft: Microsoft,
  request: { path: string; permission: string; signal?: AbortSignal },
): AsyncGenerator<InvestigationMailbox[], void, undefined> {
  const { path, ...rest } = request
  const pages = microsoft.pages(
    {
      api: 'graph',
      path: `/v1.0${path}`,
      // Members of a group that are users can be counted and cast only this way.
      headers: { ConsistencyLevel: 'eventual' },
      what: 'Could not list the mailboxes to search.',
      ...rest,
    },
    GraphUser,
  )
  for await (const users of pages) yield users.map(toMailbox)
}

const Groups = z.object({ value: z.array(z.object({ id: z.string(), displayName: z.string().nullish() })) })

/** The id of the group that a person named by id, mail address or display name. */
async function findGroup(microsoft: Microsoft, named: string, signal?: AbortSignal): Promise<string> {
  const name = named.trim()
  const quoted = odataString(name)
  const $filter = GUID.test(name) ? `id eq ${quoted}` : `mail eq ${quoted} or displayName eq ${quoted}`
  const { value } = await microsoft.json(
    {
      api: 'graph',
      path: `/v1.0/groups${odataQuery({ $select: 'id,displayName', $filter, $top: 2 })}`,
      what: `Could not find the group ${name}.`,
      permission: 'GroupMember.Read.All',
      ...(signal && { signal }),
    },
    Groups,
  )
  if (value.length === 1) return value[0]!.id
  throw unknownTarget(
    value.length === 0 ? `There is no group “${name}”.` : `Several groups are called “${name}”.`,
    'Entra > Groups, and name it by its object id or mail address',
  )
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

function unknownTarget(why: string, where: string): AppError {
  return new AppError({
    code: 'INVESTIGATION_TARGET_UNKNOWN',
    what: 'The mailboxes to search could not be listed.',
    why,
    fix: `See ${where}; then duplicate the investigation with the right name.`,
  })
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
    return toMailbox(await findUser(microsoft, name, signal))
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

/** A mailbox to be searched. */
export function toMailbox(user: GraphUser): InvestigationMailbox {
  const { id, userPrincipalName, displayName } = user
  return { userId: id, userPrincipalName, displayName: displayName ?? userPrincipalName, state: 'waiting', hits: 0 }
}
