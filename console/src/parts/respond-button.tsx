import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'

import { Button } from './button.tsx'
import { ChooseAction } from './choose-action.tsx'
import { Select } from './field.tsx'

/** Begins an action on a user, by user principal name or object id: which one is chosen, planned, and shown. */
export function RespondButton({ tenantId, user }: { tenantId: string; user: string }) {
  const [isOpen, setIsOpen] = useState(false)
  const { reaches } = useUser()
  if (!reaches('analyst')) return null
  return (
    <>
      <Button look="quiet" aria-label={`Respond: act on ${user}`} onClick={() => setIsOpen(true)}>
        Respond…
      </Button>
      {isOpen && <RespondDialog {...{ tenantId, user }} onClose={() => setIsOpen(false)} />}
    </>
  )
}

function RespondDialog({ tenantId, user, onClose }: { tenantId: string; user: string; onClose: () => void }) {
  const [chosen, setChosen] = useState<string>()
  const connections = useQuery(queries.connections()).data?.connections.filter(
    ({ tenantId: its, exchange, settings }) =>
      its === tenantId && !exchange && (settings.uses?.includes('respond') ?? true),
  )
  const connectionId = chosen ?? connections?.[0]?.id
  return (
    <ChooseAction
      tenantId={tenantId}
      on="user"
      what={user}
      connectionId={connectionId}
      request={async () => ({ targets: [user], ...(connectionId !== undefined && { connectionId }) })}
      onClose={onClose}
    >
      {connections && connections.length > 1 && (
        <Select label="Through" value={connectionId} onChange={(event) => setChosen(event.target.value)}>
          {connections.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </ChooseAction>
  )
}
