import type { ListedValue, ValueList } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { useMemo, useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Empty, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { RowButton } from '#parts/row-button.tsx'
import { type Column, Table } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

import { AddValuesDialog } from './add-values-dialog.tsx'

type Props = { tenantId: string; list: ValueList; mayChange: boolean }

/** A list: its values, and the rules that look it up. */
export function ValueListPanel({ tenantId, list, mayChange }: Props) {
  const { name, description, values, usedBy } = list
  const [asks, setAsks] = useState<'add' | 'remove'>()
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: queries.valueLists(tenantId).queryKey })
  const { mutate: takeOff, error } = useMutation({
    mutationFn: (value: string) => tenantApi(tenantId).changeValueList(name, { remove: [value] }),
    onSuccess,
  })
  const remove = useMutation({ mutationFn: () => tenantApi(tenantId).removeValueList(name), onSuccess })
  const columns = useMemo(() => columnsFor(mayChange ? takeOff : undefined), [mayChange, takeOff])
  const close = () => setAsks(undefined)
  return (
    <Panel
      title={<code className="font-mono break-all">{name}</code>}
      actions={
        mayChange && (
          <>
            <Button onClick={() => setAsks('add')}>Add values…</Button>
            <Button onClick={() => setAsks('remove')}>Delete…</Button>
          </>
        )
      }
    >
      <div className="space-y-1 px-4 py-2 text-sm text-ink-2">
        {description !== '' && <p>{description}</p>}
        <p>
          {count(values.length, 'value')}
          {usedBy.length === 0 ? '. No rule looks it up yet.' : ', looked up by '}
          {usedBy.map(({ id, title }, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link
                to="/tenants/$tenantId/rules/$ruleId"
                params={{ tenantId, ruleId: id }}
                className="text-accent hover:underline"
              >
                {title}
              </Link>
            </span>
          ))}
        </p>
      </div>
      {error && <ProblemBanner error={error} />}
      <div className="overflow-hidden rounded-b-lg border-t border-line">
        <Table
          label={`Values of ${name}`}
          rows={values}
          columns={columns}
          idOf={({ value }) => value}
          empty={<Empty title="It is empty">Rules that look it up never fire until something is on it.</Empty>}
        />
      </div>
      {asks === 'add' && <AddValuesDialog tenantId={tenantId} name={name} onClose={close} />}
      {asks === 'remove' && (
        <Dialog onClose={close} title={`Delete ${name}?`} description={`With its ${count(values.length, 'value')}.`}>
          <p className="text-sm">
            {usedBy.length === 0
              ? 'No rule looks it up.'
              : `${count(usedBy.length, 'rule')} that look it up no longer fire.`}
          </p>
          {remove.error && <ProblemBanner error={remove.error} />}
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Delete the list
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </Panel>
  )
}

const columnsFor = (takeOff: ((value: string) => void) | undefined): Column<ListedValue>[] => [
  {
    id: 'value',
    title: 'Value',
    track: 'minmax(0, 2fr)',
    cell: ({ value }) => <span className="truncate font-mono text-xs">{value}</span>,
    sortBy: ({ value }) => value.toLowerCase(),
  },
  {
    id: 'note',
    title: 'Note',
    track: 'minmax(0, 2fr)',
    from: 640,
    cell: ({ note }) => <span className="truncate text-ink-2">{note}</span>,
    sortBy: ({ note }) => note ?? '',
  },
  {
    id: 'until',
    title: 'Counts until',
    track: '150px',
    from: 480,
    cell: ({ expiresAt, isExpired }) =>
      isExpired ? <Badge tone="quiet">expired</Badge> : expiresAt && <When at={expiresAt} exact />,
    sortBy: ({ expiresAt }) => expiresAt ?? '9',
  },
  {
    id: 'added',
    title: 'Added',
    track: '190px',
    from: 820,
    cell: ({ addedBy, addedAt }) => (
      <span className="truncate text-ink-2">
        {addedBy}, <When at={addedAt} />
      </span>
    ),
    sortBy: ({ addedAt }) => addedAt,
  },
  ...(takeOff === undefined
    ? []
    : [
        {
          id: 'take-off',
          title: '',
          track: '48px',
          cell: ({ value }: ListedValue) => (
            <RowButton label={`Take ${value} off`} Icon={X} onClick={() => takeOff(value)} />
          ),
        },
      ]),
]
