import type { ActionTarget, ActionTargetStateName, TargetKindName } from '@cordon/api'
import { useMemo, useState } from 'react'

import { kindsTitle, number, TARGET_KIND, TARGET_STATE, wasWords } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { inputClass } from '#parts/field.tsx'
import { CompactRow, Empty } from '#parts/panel.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const State = ({ state }: Pick<ActionTarget, 'state'>) => (
  <Badge tone={TARGET_STATE[state].tone}>{TARGET_STATE[state].word}</Badge>
)

const columnsFor = (kind: TargetKindName): Column<ActionTarget>[] => [
  {
    id: 'address',
    title: TARGET_KIND[kind].address,
    track: 'minmax(0, 1fr)',
    cell: ({ address }) => <span title={address}>{address}</span>,
    sortBy: ({ address }) => address,
  },
  {
    id: 'name',
    title: TARGET_KIND[kind].name,
    track: 'minmax(0, 0.9fr)',
    from: 1040,
    cell: ({ name }) => <span title={name}>{name}</span>,
    sortBy: ({ name }) => name,
  },
  { id: 'state', title: 'State', track: '150px', cell: State, sortBy: ({ state }) => state },
  {
    id: 'before',
    title: TARGET_KIND[kind].was,
    track: '110px',
    from: 820,
    cell: ({ before }) => wasWords(before),
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

const compact = ({ address, state, proof, reason }: ActionTarget) => (
  <CompactRow
    first={address}
    second={
      <>
        <State state={state} />
        <span className="truncate">{reason ?? proof}</span>
      </>
    }
  />
)

/** Each target: what was done with it and how that was verified, or why it is left alone. */
export function Targets({ kind, targets }: { kind: TargetKindName; targets: ActionTarget[] }) {
  const columns = useMemo(() => columnsFor(kind), [kind])
  const [state, setState] = useState<ActionTargetStateName>()
  const [openedId, setOpenedId] = useState<string>()
  const opened = targets.find(({ id }) => id === openedId)
  const counts = Map.groupBy(targets, (target) => target.state)
  const shown = state === undefined ? targets : (counts.get(state) ?? [])
  return (
    <section aria-label={kindsTitle(kind)} className="overflow-hidden rounded-lg border border-line bg-surface">
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
        columns={columns}
        idOf={({ id }) => id}
        compact={compact}
        onOpen={({ id }) => setOpenedId(id)}
        empty={
          <Empty title={`No ${TARGET_KIND[kind].noun} in this state`}>They have moved on; choose another state.</Empty>
        }
      />
      {opened && <TargetDialog kind={kind} target={opened} onClose={() => setOpenedId(undefined)} />}
    </section>
  )
}

/** One target in full: sentences that a row has no room for. */
function TargetDialog(props: { kind: TargetKindName; target: ActionTarget; onClose: () => void }) {
  const { kind, target, onClose } = props
  const { address, name, state, before, proof, reason, updatedAt } = target
  const was = wasWords(before)
  return (
    <Dialog onClose={onClose} title={address} description={name}>
      <div className="space-y-2 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <State state={state} />
          {was !== '' && (
            <span className="text-ink-2">
              {TARGET_KIND[kind].was}: {was}
            </span>
          )}
          <span className="text-xs text-ink-3">
            <When at={updatedAt} exact />
          </span>
        </p>
        <p className="break-words">{reason ?? proof ?? 'Nothing has happened yet.'}</p>
      </div>
    </Dialog>
  )
}
