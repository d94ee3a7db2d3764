import { textOf } from '#normalize/json.ts'
import { parseUser } from './user.ts'

/** An account as Defender's products name it: by its address in Entra ID, by its name in a domain, by several identities. */
export interface Account {
  objectId?: unknown
  sid?: unknown
  /** User principal name, or the address of the mailbox. */
  upn?: unknown
  name?: unknown
  domain?: unknown
  displayName?: unknown
}

/** ECS `user.*` of an account, and all that names it; undefined where nothing does. */
export interface AccountFields {
  user: { id?: string; name?: string; domain?: string; email?: string; full_name?: string }
  /** For `related.user`. */
  names: string[]
}

/**
 * Who an account is. Its identity is the one in Entra ID, else the security identifier, else its address. Names, domains,
 * addresses and GUIDs are folded to lower case.
 */
export function accountOf({ objectId, sid, upn, name, domain, displayName }: Account): AccountFields | undefined {
  const known = [objectId, sid, upn].flatMap((value) => parseUser(value) ?? [])
  const byUpn = parseUser(upn)
  const byName = parseUser(name)
  const id = known[0]?.id ?? byName?.id
  const userName = byName?.name ?? byUpn?.name
  const userDomain = textOf(domain)?.toLowerCase() ?? byName?.domain ?? byUpn?.domain
  const email = byUpn?.email ?? byName?.email
  const fullName = textOf(displayName)
  const user = {
    ...(id !== undefined && { id }),
    ...(userName !== undefined && { name: userName }),
    ...(userDomain !== undefined && { domain: userDomain }),
    ...(email !== undefined && { email }),
    ...(fullName !== undefined && { full_name: fullName }),
  }
  if (id === undefined && userName === undefined && fullName === undefined) return undefined
  const names = [...known.map((found) => found.id), email, userName, fullName].filter((text) => text !== undefined)
  return { user, names: [...new Set(names)] }
}

/** What to call an account in a sentence. */
export function accountName({ user }: AccountFields): string {
  return (
    user.email ??
    user.full_name ??
    (user.domain === undefined ? user.name : `${user.domain}\\${user.name}`) ??
    user.id ??
    ''
  )
}
