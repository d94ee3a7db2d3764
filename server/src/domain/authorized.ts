import { AppError } from './errors.ts'
import type { ConnectionSettings } from './tenant.ts'

/**
 * Why a mailbox may not be touched through a connection: its sign-in name is in none of the domains that the connection is
 * authorized for. Undefined where it may.
 */
export function whyUnauthorized(
  userPrincipalName: string,
  { authorizedDomains }: Pick<ConnectionSettings, 'authorizedDomains'> = {},
): string | undefined {
  if (authorizedDomains === undefined) return undefined
  const domain = userPrincipalName.slice(userPrincipalName.lastIndexOf('@') + 1).toLowerCase()
  if (authorizedDomains.some((authorized) => authorized.toLowerCase() === domain)) return undefined
  return `${domain} is not among the authorized domains of the connection (${authorizedDomains.join(', ')}).`
}

/** What to say of a mailbox that may not be touched, for {@link whyUnauthorized}; undefined where it may. */
export function refusalOf(
  userPrincipalName: string,
  settings: Pick<ConnectionSettings, 'authorizedDomains'> | undefined,
  what: string,
): AppError | undefined {
  const why = whyUnauthorized(userPrincipalName, settings)
  if (why === undefined) return undefined
  return new AppError({
    code: 'CONNECT_MAILBOX_UNAUTHORIZED',
    what,
    why,
    fix: 'Authorize the domain on the page of the connection, or with `npx cordon connections change <id> --domain <domains...>`.',
  })
}
