import { z } from 'zod'

import type { BatchReply, Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

import { batchedJson } from './batch.ts'
import { userUrl } from './mail.ts'
import { odataQuery } from './odata.ts'

/** Users of the directory. Reads are answered by copies of it, which hear of a write some seconds later. */

/** What is read of a user. Microsoft leaves out, or null, what it does not say. */
const GraphUser = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
  signInSessionsValidFromDateTime: z.string().nullish(),
  lastPasswordChangeDateTime: z.string().nullish(),
})
export type GraphUser = z.infer<typeof GraphUser>

const SELECT = odataQuery({ $select: Object.keys(GraphUser.shape).join(',') })
const READ = 'User.Read.All'

/**
 * Users by object id or user principal name, in that order; undefined for one that the directory does not have.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/user-get
 */
export async function findUsers(
  microsoft: Microsoft,
  idsOrNames: readonly string[],
  signal?: AbortSignal,
): Promise<(GraphUser | undefined)[]> {
  const urls = idsOrNames.map((each) => `${userUrl(each)}${SELECT}`)
  const replies = await get(microsoft, urls, signal)
  return replies.map((reply, i) => {
    const request = { ...requestOf(urls[i]!), what: `Could not read the user ${idsOrNames[i]}.`, permission: READ }
    return reply.status === 404 ? undefined : batchedJson(request, reply, GraphUser)
  })
}

/**
 * The user, in a `$batch` shared with whoever asks at the moment.
 *
 * @throws AppError CONNECT_*; CONNECT_NOT_FOUND where the directory does not have it, or no longer.
 */
export async function readUser(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<GraphUser> {
  const url = `${userUrl(id)}${SELECT}`
  const [reply] = await get(microsoft, [url], signal)
  const request = { ...requestOf(url), what: `Could not read the user ${id}.`, permission: READ }
  return batchedJson(request, reply!, GraphUser)
}

/** Of a role that the application may not read Microsoft tells that it is held, and no name. */
const UNNAMED = 'a directory role whose name the application may not read'
const Roles = z.object({ value: z.array(z.object({ displayName: z.string().nullish() })) })

/**
 * Names of the directory roles that each user holds, directly or through groups within groups; roles that a user may only
 * activate are not among them.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/user-list-transitivememberof
 */
export async function listDirectoryRoles(microsoft: Microsoft, ids: readonly string[]): Promise<string[][]> {
  const query = odataQuery({ $select: 'displayName', $top: 999 })
  const urls = ids.map((id) => `${userUrl(id)}/transitiveMemberOf/microsoft.graph.directoryRole${query}`)
  const replies = await get(microsoft, urls)
  return replies.map((reply, i) => {
    const request = {
      ...requestOf(urls[i]!),
      what: `Could not read the roles of the user ${ids[i]}.`,
      permission: READ,
    }
    return batchedJson(request, reply, Roles).value.map(({ displayName }) => displayName ?? UNNAMED)
  })
}

/**
 * Lets the user sign in, or not. Idempotent. Sessions that are open go on for as long as their tokens do.
 *
 * @throws AppError CONNECT_*; CONNECT_PERMISSION_MISSING also where the user holds a role that the application stands below.
 * @see https://learn.microsoft.com/graph/api/user-update
 */
export async function setAccountEnabled(
  microsoft: Microsoft,
  { id, userPrincipalName }: Pick<GraphUser, 'id' | 'userPrincipalName'>,
  accountEnabled: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const what = `Could not ${accountEnabled ? 'enable' : 'disable'} ${userPrincipalName}.`
  const write = { method: 'PATCH', url: userUrl(id), body: { accountEnabled } } as const
  await change(microsoft, { ...write, what, permission: 'User.EnableDisableAccount.All' }, signal)
}

/**
 * Ends all sessions of the user: tokens to get new tokens with, from before now, are worth nothing. Repeating it ends them
 * once more. Users from other tenants sign in at home, and their sessions go on.
 *
 * @throws AppError CONNECT_*
 * @see https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
export async function revokeSignInSessions(
  microsoft: Microsoft,
  { id, userPrincipalName }: Pick<GraphUser, 'id' | 'userPrincipalName'>,
  signal?: AbortSignal,
): Promise<void> {
  const what = `Could not end the sessions of ${userPrincipalName}.`
  const write = { method: 'POST', url: `${userUrl(id)}/revokeSignInSessions` } as const
  await change(microsoft, { ...write, what, permission: 'User.RevokeSessions.All' }, signal)
}

/** App role for it; Microsoft asks for a directory role besides. */
export const SET_PASSWORDS = 'User-PasswordProfile.ReadWrite.All'

/**
 * Gives the user a password, to be changed at the next sign-in. It is in no error. Repeating it sets the same once more.
 *
 * @throws AppError CONNECT_*; CONNECT_PERMISSION_MISSING also where the application holds no directory role that may.
 * @see https://learn.microsoft.com/graph/api/user-update
 */
export async function setPassword(
  microsoft: Microsoft,
  { id, userPrincipalName }: Pick<GraphUser, 'id' | 'userPrincipalName'>,
  password: string,
  signal?: AbortSignal,
): Promise<void> {
  const what = `Could not reset the password of ${userPrincipalName}.`
  const body = { passwordProfile: { password, forceChangePasswordNextSignIn: true } }
  await change(microsoft, { method: 'PATCH', url: userUrl(id), body, what, permission: SET_PASSWORDS }, signal)
}

function requestOf(url: string): Pick<MicrosoftRequest, 'api' | 'path'> {
  return { api: 'graph', path: `/v1.0${url}` }
}

function get(microsoft: Microsoft, urls: readonly string[], signal?: AbortSignal): Promise<BatchReply[]> {
  return microsoft.batch(
    urls.map((url) => ({ method: 'GET', url })),
    signal,
  )
}

async function change(
  microsoft: Microsoft,
  write: { method: 'PATCH' | 'POST'; url: string; body?: unknown; what: string; permission: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { what, permission, ...part } = write
  const [reply] = await microsoft.batch([{ ...part, repeatable: true }], signal)
  batchedJson({ ...requestOf(part.url), method: part.method, what, permission }, reply!, z.unknown())
}
