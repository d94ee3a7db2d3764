import type { ActionTarget, ActionTargetStateName } from '@cordon/api'
import { useState } from 'react'

import { number, TARGET_STATE } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { inputClass } from '#parts/field.tsx'
import { CompactRow, Empty } from '#parts/panel.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const State = ({ state }: Pick<ActionTarget, 'state'>) => (
  <Badge tone={TARGET_STATE[state].tone}>{TARGET_STATE[state].word}</Badge>
)

const COLUMNS: Column<ActionTarget>[] = [
  {
    id: 'mailbox',
    title: 'Mailbox',
    track: 'minmax(0, 1fr)',
    cell: ({ userPrincipalName }) => <span title={userPrincipalName}>{userPrincipalName}</span>,
    sortBy: ({ userPrincipalName }) => userPrincipalName,
  },
  {
    id: 'subject',
    title: 'Subject',
    track: 'minmax(0, 0.9fr)',
    from: 1040,
    cell: ({ subject }) => <span title={subject}>{subject}</span>,
    sortBy: ({ subject }) => subject,
  },
  { id: 'state', title: 'State', track: '150px', cell: State, sortBy: ({ state }) => state },
  {
    id: 'before',
    title: 'Was in',
    track: '110px',
    from: 820,
    cell: ({ before }) => (typeof before?.['folderName'] === 'string' ? before['folderName'] : ''),
  },
  {
    id: 'proof',
    title: 'Proof',
    track: 'minmax(0, 1.6fr)',
    from: 560,
    cell: ({ proof, reason }) => <span title={reason ?? proof}>{reason ?? proof}</span>,
  },
  { id: 'when', title: 'When', track: '92px', from: 700, cell: ({ updatedAt }) => <When at={updatedAt} /> },
]

const compact = ({ userPrincipalName, state, proof, reason }: ActionTarget) => (
  <CompactRow
    first={userPrincipalName}
    second={
      <>
        <State state={state} />
        <span className="truncate">{reason ?? proof}</span>
      </>
    }
  />
)

/** Each message: what was done with it and how that was verified. */
export function Targets({ targets }: { targets: ActionTarget[] }) {
  const [state, setState] = useState<ActionTargetStateName>()
  const counts = Map.groupBy(targets, (target) => target.state)
  const shown = state === undefined ? targets : (counts.get(state) ?? [])
  return (
    <section aria-label="Messages" className="overflow-hidden rounded-lg border border-line bg-surface">
      {counts.size > 1 && (
        <div className="border-b border-line px-3 py-2">
          <select
            aria-label="State"
            className={`${inputClass} w-auto!`}
            value={state ?? ''}
            onChange={(event) => setState((event.target.value || undefined) as typeof state)}
          >
            <option value="">All states ({number(targets.length)})</option>
            {[...counts].map(([each, those]) => (
              <option key={each} value={each}>
                {TARGET_STATE[each].word} ({number(those.length)})
              </option>
            ))}
          </select>
        </div>
      )}
      <Table
        label="Targets"
        rows={shown}
        columns={COLUMNS}
        idOf={({ id }) => id}
        compact={compact}
        empty={<Empty title="No message in this state">They have moved on; choose another state.</Empty>}
      />
    </section>
  )
}
