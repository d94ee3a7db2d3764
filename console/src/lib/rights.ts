import { RoleName } from '@cordon/api'
import { useSuspenseQuery } from '@tanstack/react-query'

import { queries } from './queries.ts'

/**
 * Who is signed in, and whether their role reaches as far as another. The server decides; this only spares people buttons
 * that it would refuse.
 */
export function useUser(): { name: string; role: RoleName; reaches: (least: RoleName) => boolean } {
  const { name, role } = useSuspenseQuery(queries.session()).data.user
  return { name, role, reaches: (least) => RoleName.options.indexOf(role) >= RoleName.options.indexOf(least) }
}
