import type { InvestigationMailbox } from '@cordon/api'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useState } from 'react'

import { tenantApi, type MailboxQuery } from '#lib/api.ts'
import { useDebounced } from '#lib/debounced.ts'
import { parseInvestigationSearch } from '#lib/investigation-search.ts'
import { PAGE_ROWS, usePagedRows } from '#lib/paged-rows.ts'
import { mailboxesKey } from '#lib/queries.ts'
import { count, MAILBOX_STATE, number } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { inputClass } from '#parts/field.tsx'
import type { Column } from '#parts/grid.tsx'
import { PagedTable } from '#parts/paged-table.tsx'
import { CompactRow, Empty, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/investigations/$investigationId')

const State = ({ state }: Pick<InvestigationMailbox, 'state'>) => (
  <Badge tone={MAILBOX_STATE[state].tone}>{MAILBOX_STATE[state].word}</Badge>
)

const COLUMNS: Column<InvestigationMailbox>[] = [
  {
    id: 'mailbox',
    title: 'Mailbox',
    track: 'minmax(0, 1.4fr)',
    cell: ({ userPrincipalName }) => <span title={userPrincipalName}>{userPrincipalName}</span>,
  },
  { id: 'name', title: 'Name', track: 'minmax(0, 1fr)', from: 700, cell: ({ displayName }) => displayName },
  { id: 'state', title: 'State', track: '104px', cell: State },
  { id: 'hits', title: 'Hits', track: '56px', cell: ({ hits }) => number(hits) },
  {
    id: 'reason',
    title: 'Reason',
    track: 'minmax(0, 1.4fr)',
    from: 620,
    cell: ({ reason }) => <span title={reason}>{reason}</span>,
  },
  {
    id: 'when',
    title: 'Searched',
    track: '96px',
    from: 820,
    cell: ({ searchedAt }) => searchedAt && <When at={searchedAt} />,
  },
]

const compact = ({ userPrincipalName, state, hits, reason }: InvestigationMailbox) => (
  <CompactRow
    first={userPrincipalName}
    second={
      <>
        <State state={state} />
        {count(hits, 'hit')}
        <span className="truncate">{reason}</span>
      </>
    }
  />
)

const rowsOf = ({ mailboxes }: { mailboxes: InvestigationMailbox[] }) => mailboxes

interface Props {
  tenantId: string
  investigationId: string
}

/** How each mailbox stands: any number of them, by state and name. */
export function Mailboxes({ tenantId, investigationId }: Props) {
  const { state, name = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const query: MailboxQuery = { ...(state && { state }), ...(name && { name }) }
  const { reply, error, refetch, rowAt, onRange } = usePagedRows({
    queryKey: [...mailboxesKey(tenantId, investigationId), query],
    fetchPage: (page, signal) => tenantApi(tenantId).mailboxes(investigationId, { ...query, ...page }, signal),
    rowsOf,
  })
  const change = (changes: { state?: string; name?: string }) =>
    void navigate({ replace: true, search: (before) => parseInvestigationSearch({ ...before, ...changes }) })
  const counts = reply?.counts ?? {}
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0)
  // How many have this in their name is only known of the first page.
  const matching = reply?.mailboxes.length ?? 0
  const total = name ? matching : state ? (counts[state] ?? 0) : all
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <select
          aria-label="State"
          className={`${inputClass} w-auto!`}
          value={state ?? ''}
          onChange={(event) => change({ state: event.target.value })}
        >
          <option value="">All states ({number(all)})</option>
          {Object.entries(MAILBOX_STATE).map(([each, { word }]) => (
            <option key={each} value={each}>
              {word} ({number(counts[each as InvestigationMailbox['state']] ?? 0)})
            </option>
          ))}
        </select>
        <NameSearch name={name} onChange={(wanted) => change({ name: wanted })} />
        {name !== '' && matching === PAGE_ROWS && (
          <span className="text-xs text-ink-3">The first {number(PAGE_ROWS)}; say more of the name to see others.</span>
        )}
      </div>
      {error ? (
        <ProblemBanner error={error} onRetry={refetch} />
      ) : reply === undefined ? (
        <SkeletonRows rows={6} />
      ) : total === 0 ? (
        <Empty title={all === 0 ? 'No mailboxes yet' : 'No mailbox like this'}>
          {all === 0
            ? 'The investigation is still listing the users of the tenant.'
            : 'Choose another state, or say less of the name.'}
        </Empty>
      ) : (
        <PagedTable label="Mailboxes" {...{ total, rowAt, onRange, compact }} columns={COLUMNS} />
      )}
    </>
  )
}

const PAUSE_MS = 300

function NameSearch({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const [typed, setTyped] = useState(name)
  const settled = useDebounced(typed.trim(), PAUSE_MS)
  const tell = useEffectEvent((wanted: string) => wanted !== name && onChange(wanted))
  useEffect(() => {
    tell(settled)
  }, [settled])
  return (
    <input
      type="search"
      aria-label="Name or address"
      placeholder="Name or address"
      className={`${inputClass} max-w-64`}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}
