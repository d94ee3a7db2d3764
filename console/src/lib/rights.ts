import { type Identity, type RoleName, StandingName } from '@cordon/api'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'

import { queries } from './queries.ts'

/**
 * Who is signed in, and whether their role, in the tenant of the page, reaches as far as another. The server decides; this only spares people buttons
 * that it would refuse.
 */
export function useUser(): {
  id: string
  name: string
  role: StandingName
  /** Of somebody who signs in elsewhere. */
  identity: Identity | undefined
  reaches: (least: RoleName) => boolean
} {
  const { user, tenants } = useSuspenseQuery(queries.session()).data
  const { tenantId } = useParams({ strict: false })
  const role = tenants.find(({ id }) => id === tenantId)?.role ?? user.role
  const reaches = (least: RoleName) => StandingName.options.indexOf(role) >= StandingName.options.indexOf(least)
  return { id: user.id, name: user.name, role, identity: user.identity, reaches }
}
