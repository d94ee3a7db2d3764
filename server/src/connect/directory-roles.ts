import { z } from 'zod'

import type { Microsoft } from './microsoft.ts'

/** Directory roles by name, with the template id that Entra writes into tokens. Source: "Microsoft Entra built-in roles". */
export const DIRECTORY_ROLES: Readonly<Record<string, string>> = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'Global Reader': 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'Security Administrator': '194ae4cb-b126-40b2-bd5b-6091b380977d',
  'Security Reader': '5d6b6bb7-de71-4623-b4af-96380a352509',
  'Compliance Administrator': '17315797-102d-40b4-93e0-432062caca18',
  'Authentication Administrator': 'c4e39bd9-1100-46d3-8c65-fb160da0071f',
  'Privileged Authentication Administrator': '7be44c8a-adaf-4e2a-84d6-ab2649e08a13',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
}

/** Roles that may do what another may. */
const INCLUDED_IN: Readonly<Record<string, readonly string[]>> = {
  'Security Reader': ['Security Administrator', 'Global Reader', 'Exchange Administrator', 'Global Administrator'],
  'Security Administrator': ['Exchange Administrator', 'Global Administrator'],
  'Global Reader': ['Global Administrator'],
  'Exchange Administrator': ['Global Administrator'],
}

/** A role of `held` that does for `role`; undefined where none is. */
export function roleFor(role: string, held: readonly string[]): string | undefined {
  return [role, ...(INCLUDED_IN[role] ?? ['Global Administrator'])].find((name) => held.includes(name))
}

/** Holders of these may touch anybody. */
const ABOVE_ALL = ['Global Administrator', 'Privileged Authentication Administrator']
const READERS = ['Directory Readers', 'Guest Inviter', 'Message Center Reader', 'Reports Reader'].concat([
  'Usage Summary Reports Reader',
  'User Experience Success Manager',
])

/**
 * Roles with which an application may set passwords, those of users without a role at least; the least first.
 *
 * @see https://learn.microsoft.com/graph/api/user-update
 */
export const PASSWORD_ROLES: readonly string[] = ['User Administrator', 'Authentication Administrator', ...ABOVE_ALL]

/** By role of the application: whom it may touch beside users without a role. */
const STANDS_ABOVE: Readonly<Record<string, readonly string[]>> = {
  'Authentication Administrator': [...READERS, 'Authentication Administrator', 'Password Administrator'],
  'User Administrator': [...READERS, 'Groups Administrator', 'Helpdesk Administrator', 'Password Administrator'].concat(
    ['User Administrator'],
  ),
}

/**
 * Whether an application that holds `mine` may perform a sensitive action, such as disabling the account, on a user who holds
 * `theirs`; roles by name. Without a role of its own it may on users that have none.
 *
 * @see https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions#who-can-perform-sensitive-actions
 */
export function mayTouch(mine: readonly string[], theirs: readonly string[]): boolean {
  if (theirs.length === 0 || ABOVE_ALL.some((role) => mine.includes(role))) return true
  return mine.some((role) => theirs.every((held) => STANDS_ABOVE[role]?.includes(held)))
}

const Claims = z.object({ wids: z.array(z.string()).default([]) })

/**
 * Names of the directory roles that the application holds, as its token says; undefined where the token cannot be read.
 *
 * @throws AppError CONNECT_* when no token is issued.
 */
export async function readDirectoryRoles(microsoft: Microsoft): Promise<string[] | undefined> {
  const { value } = await microsoft.accessToken('graph')
  const claims = Claims.safeParse(claimsOf(value))
  if (!claims.success) return undefined
  return Object.entries(DIRECTORY_ROLES)
    .filter(([, id]) => claims.data.wids.includes(id))
    .map(([name]) => name)
}

function claimsOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
