import { Link } from '@tanstack/react-router'

import { ENTITY_PAGES, type EntityKind } from '#lib/entity-pages.ts'
import { useUser } from '#lib/rights.ts'

interface Props {
  tenantId: string
  on: EntityKind
  /** A user principal name or object id, a device's name or id, either id of an application. */
  target: string
  /** What people know it by; the target when absent. */
  name?: string
}

/** The name of whom or what has a page as the way there, for those who may look at Microsoft. */
export function EntityLink({ tenantId, on, target, name = target }: Props) {
  const { reaches } = useUser()
  if (!reaches('analyst')) return <span className="truncate font-medium">{name}</span>
  return (
    <Link to={ENTITY_PAGES[on].to} params={{ tenantId, name: target }} className="truncate font-medium hover:underline">
      {name}
    </Link>
  )
}
