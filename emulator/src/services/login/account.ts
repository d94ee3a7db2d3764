import { Users } from '#world/users.ts'
import { random } from '#world/random.ts'
import type { Tenant } from '#cloud.ts'
import type { User } from '#world/users.ts'

/** A person who can sign in, as last written: the sign-in service waits for no copy. */
export interface Account {
  id: string
  userPrincipalName: string
  displayName: string
  givenName: string | null
  surname: string | null
  mail: string | null
  enabled: boolean
  /** What was allowed before this moment of tenant time, milliseconds, is revoked. */
  sessionsValidFrom: number
}

/** By object id or the name to sign in with, in any case. */
export function findAccount(tenant: Tenant, idOrName: string): Account | undefined {
  const user = new Users(tenant, 'written').find(idOrName)
  return user && accountOf(user)
}

function accountOf({ id, person, changes }: User): Account {
  const { set, sessionsValidFrom = 0 } = changes
  const textOf = (name: 'displayName' | 'givenName' | 'surname' | 'mail' | 'userPrincipalName') =>
    (set[name] as string | null | undefined) ?? person?.[name] ?? null
  return {
    id,
    userPrincipalName: textOf('userPrincipalName') ?? '',
    displayName: textOf('displayName') ?? '',
    givenName: textOf('givenName'),
    surname: textOf('surname'),
    mail: textOf('mail'),
    enabled: (set['accountEnabled'] as boolean | undefined) ?? person?.accountEnabled ?? true,
    sessionsValidFrom,
  }
}

/** A few who can sign in, for the page to offer. */
export function someAccounts(tenant: Tenant, count: number): Account[] {
  const { directory } = tenant.world
  const accounts = Array.from({ length: Math.min(count, directory.users) }, (_, i) =>
    findAccount(tenant, directory.at(i).id),
  )
  return accounts.flatMap((account) => (account?.enabled ? [account] : []))
}

/** What the sign-in page wants to be told where passwords are on: as last set by a client, else as born. */
export const passwordOf = (tenant: Tenant, { id }: Account): string =>
  new Users(tenant, 'written').find(id)?.changes.password ?? random(tenant.world.seed, 'password', id).hex(12)

/** The `sub` of a person's tokens: another one for every application. */
export const subjectOf = (tenant: Tenant, clientId: string, { id }: Account): string =>
  Buffer.from(random(tenant.world.seed, 'subject', clientId, id).hex(64), 'hex').toString('base64url')
