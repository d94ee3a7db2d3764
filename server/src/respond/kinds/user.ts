import { findUsers, listDirectoryRoles, type GraphUser } from '#connect/apis/graph/users.ts'
import { mayTouch, readDirectoryRoles } from '#connect/directory-roles.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { whyUnauthorized } from '#domain/authorized.ts'
import type { ActionTarget } from '#domain/action-run.ts'
import { whyBreakGlass } from '#domain/break-glass.ts'
import type { Target } from '#respond/action.ts'
import { usersOf } from '#respond/count.ts'
import type { Kind, NewTarget } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** A user of the directory, by what was read when the action was planned. */
export interface UserTarget extends Target {
  user: Pick<GraphUser, 'id' | 'userPrincipalName'>
}

/** Users, named by object id or user principal name; each is a lane of its own. */
export const users: Kind<UserTarget> = {
  id: 'user',
  isGrantedByToken: true,

  async resolve({ connectionId: wish, targets: names = [], action, connect }) {
    if (names.length === 0)
      throw invalid('No user is named.', 'Name at least one, by object id or user principal name.')
    const { connectionId, settings, open } = await connect(wish)
    const microsoft = await open()
    const found = await findUsers(microsoft, names)
    const unknown = names.filter((_, i) => found[i] === undefined)
    if (unknown.length > 0) {
      throw invalid(
        `The directory has no user ${unknown.join(', ')}.`,
        'Name users by object id or user principal name; an alias does not do.',
      )
    }
    const once = [...new Map(found.map((user) => [user!.id, user!])).values()]
    const below = action.sensitive ? await whyBelow(microsoft, once) : new Map<string, string>()
    return {
      connectionId,
      targets: once.map((user): NewTarget => {
        const target = targetOf(user)
        const protectedBy = users.whyRefused(target, { user }, { action, settings }) ?? below.get(user.id)
        return { ...target, ...(protectedBy !== undefined && { protectedBy }) }
      }),
    }
  },

  open: async () => userOf,

  whyRefused: ({ address, objectId }, _user, { settings }) =>
    whyUnauthorized(address, settings) ?? whyBreakGlass({ id: objectId, userPrincipalName: address }, settings),

  restored: (count) => `put back ${usersOf(count)}`,
}

function targetOf({ id, userPrincipalName, displayName }: GraphUser) {
  return { ref: id, objectId: id, name: displayName ?? userPrincipalName, address: userPrincipalName, lane: id }
}

function userOf({ objectId, address }: ActionTarget): Pick<UserTarget, 'user'> {
  return { user: { id: objectId, userPrincipalName: address } }
}

/** By user id, why Microsoft would refuse the application: told before anybody approves. */
async function whyBelow(microsoft: Microsoft, found: readonly GraphUser[]): Promise<Map<string, string>> {
  const ids = found.map(({ id }) => id)
  const [mine = [], theirs] = await Promise.all([readDirectoryRoles(microsoft), listDirectoryRoles(microsoft, ids)])
  const refused = ids.flatMap((id, i) => (mayTouch(mine, theirs[i]!) ? [] : [[id, theirs[i]!] as const]))
  return new Map(refused.map(([id, roles]) => [id, belowWords(roles, mine)]))
}

/** Microsoft would answer with Authorization_RequestDenied. */
function belowWords(theirs: readonly string[], mine: readonly string[]): string {
  const own = mine.length > 0 ? `only ${mine.join(', ')}` : 'no directory role'
  return `The user holds ${theirs.join(', ')}, and the application holds ${own}: Microsoft would refuse it (Authorization_RequestDenied). In https://entra.microsoft.com > Roles and administrators assign Privileged Authentication Administrator to the application, or act by hand.`
}
