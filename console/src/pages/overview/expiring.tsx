import type { Overview } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { ConnectionWarnings } from '#parts/connection-warnings.tsx'

/** What will stop working: credentials that expire, permissions that went. Nothing where all is well. */
export function Expiring({ connections }: Pick<Overview, 'connections'>) {
  return connections.map(({ id, name, warnings }) => (
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
