import type { TargetKindName } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { kindsNamed } from '#lib/pivots.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'

import { Button } from './button.tsx'
import { ChooseAction } from './choose-action.tsx'
import { Select } from './field.tsx'

interface Props {
  tenantId: string
  on: TargetKindName
  /** As its kind names it: a user principal name or object id, a device's name or id, the value of an indicator. */
  target: string
  /** What people know it by; the target when absent. */
  name?: string
  look?: 'quiet' | 'primary'
}

/** Begins an action on a user, device or indicator: which one is chosen, planned, and shown. */
export function RespondButton({ tenantId, on, target, name = target, look = 'quiet' }: Props) {
  const [isOpen, setIsOpen] = useState(false)
  const { reaches } = useUser()
  if (!reaches('analyst')) return null
  return (
    <>
      <Button look={look} aria-label={`Respond: act on ${name}`} onClick={() => setIsOpen(true)}>
        Respond…
      </Button>
      {isOpen && <RespondDialog {...{ tenantId, on, target, name }} onClose={() => setIsOpen(false)} />}
    </>
  )
}

interface RespondDialogProps extends Omit<Props, 'name' | 'look'> {
  name: string
  onClose: () => void
}

function RespondDialog({ tenantId, on, target, name, onClose }: RespondDialogProps) {
  const [chosen, setChosen] = useState<string>()
  const connections = useQuery(queries.connections()).data?.connections.filter(
    ({ tenantId: its, exchange, settings }) =>
      its === tenantId && !exchange && (settings.uses?.includes('respond') ?? true),
  )
  const connectionId = chosen ?? connections?.[0]?.id
  return (
    <ChooseAction
      tenantId={tenantId}
      on={kindsNamed(on, target)}
      what={name}
      connectionId={connectionId}
      request={async () => ({ targets: [target], ...(connectionId !== undefined && { connectionId }) })}
      onClose={onClose}
    >
      {connections && connections.length > 1 && (
        <Select label="Through" value={connectionId} onChange={(event) => setChosen(event.target.value)}>
          {connections.map((connection) => (
            <option key={connection.id} value={connection.id}>
              {connection.name}
            </option>
          ))}
        </Select>
      )}
    </ChooseAction>
  )
}
