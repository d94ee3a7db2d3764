import { Link } from '@tanstack/react-router'

import { useUser } from '#lib/rights.ts'

interface Props {
  tenantId: string
  on: 'user' | 'device'
  /** A user principal name or object id, a device's name or id. */
  name: string
}

/** The name of a user or device as the way to its page, for those who may look at Microsoft. */
export function EntityLink({ tenantId, on, name }: Props) {
  const { reaches } = useUser()
  if (!reaches('analyst')) return <span className="truncate font-medium">{name}</span>
  return (
    <Link
      to={on === 'user' ? '/tenants/$tenantId/users/$name' : '/tenants/$tenantId/devices/$name'}
      params={{ tenantId, name }}
      className="truncate font-medium hover:underline"
    >
      {name}
    </Link>
  )
}
