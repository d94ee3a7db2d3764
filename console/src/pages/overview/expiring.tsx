import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { ConnectionWarnings } from '#parts/connection-warnings.tsx'

/** What will stop collecting: credentials that expire, permissions that went. Nothing where all is well. */
export function Expiring({ tenantId }: { tenantId: string }) {
  const { data } = useQuery({ ...queries.connections(), refetchInterval: 300_000 })
  return data?.connections
    .filter((connection) => connection.tenantId === tenantId)
    .map(({ id, name, warnings }) => (
      <ConnectionWarnings
        key={id}
        warnings={warnings}
        of={
          <Link to="/connections/$connectionId" params={{ connectionId: id }} className="hover:underline">
            {name}
          </Link>
        }
      />
    ))
}
