import { random } from '#world/random.ts'
import type { Tenant } from '#cloud.ts'

/** A person who can sign in. */
export interface Account {
  id: string
  userPrincipalName: string
  displayName: string
  givenName: string | null
  surname: string | null
  mail: string | null
  enabled: boolean
}

/** By object id or the name to sign in with, in any case. */
export function findAccount(tenant: Tenant, idOrName: string): Account | undefined {
  const person = tenant.world.directory.find(idOrName)
  if (!person || person.kind === 'shared') return undefined
  const { id, userPrincipalName, displayName, givenName, surname, mail, accountEnabled } = person
  return { id, userPrincipalName, displayName, givenName, surname, mail, enabled: accountEnabled }
}

/** A few who can sign in, for the page to offer. */
export function someAccounts(tenant: Tenant, count: number): Account[] {
  const { directory } = tenant.world
  const accounts = Array.from({ length: Math.min(count, directory.users) }, (_, i) =>
    findAccount(tenant, directory.at(i).id),
  )
  return accounts.flatMap((account) => (account?.enabled ? [account] : []))
}

/** What the sign-in page wants to be told where passwords are on. */
export const passwordOf = (tenant: Tenant, { id }: Account): string => random(tenant.world.seed, 'password', id).hex(12)

/** The `sub` of a person's tokens: another one for every application. */
export const subjectOf = (tenant: Tenant, clientId: string, { id }: Account): string =>
  Buffer.from(random(tenant.world.seed, 'subject', clientId, id).hex(64), 'hex').toString('base64url')
