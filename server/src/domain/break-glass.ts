import type { ConnectionSettings } from './tenant.ts'

/** Why Cordon leaves a user alone: it is one of the connection's break-glass accounts. Undefined where it is not. */
export function whyBreakGlass(
  { id, userPrincipalName }: { id: string; userPrincipalName: string },
  { breakGlassUsers = [] }: Pick<ConnectionSettings, 'breakGlassUsers'> = {},
): string | undefined {
  const names = new Set([id.toLowerCase(), userPrincipalName.toLowerCase()])
  if (!breakGlassUsers.some((each) => names.has(each.toLowerCase()))) return undefined
  return 'It is a break-glass account of the connection, which Cordon never acts on.'
}
