import type { InvestigationMailbox } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'

import { queries } from '#lib/queries.ts'
import { count, number, type Tone } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { CompactRow, Empty, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

const STATE: Record<InvestigationMailbox['state'], { word: string; tone: Tone }> = {
  waiting: { word: 'Waiting', tone: 'quiet' },
  searching: { word: 'Searching', tone: 'busy' },
  searched: { word: 'Searched', tone: 'good' },
  'no-mailbox': { word: 'No mailbox', tone: 'quiet' },
  failed: { word: 'Failed', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'warn' },
}

const COLUMNS: Column<InvestigationMailbox>[] = [
  {
    id: 'mailbox',
    title: 'Mailbox',
    track: 'minmax(0, 1.4fr)',
    cell: ({ userPrincipalName }) => <span title={userPrincipalName}>{userPrincipalName}</span>,
    sortBy: ({ userPrincipalName }) => userPrincipalName,
  },
  { id: 'name', title: 'Name', track: 'minmax(0, 1fr)', from: 700, cell: ({ displayName }) => displayName },
  {
    id: 'state',
    title: 'State',
    track: '104px',
    cell: ({ state }) => <Badge tone={STATE[state].tone}>{STATE[state].word}</Badge>,
    sortBy: ({ state }) => state,
  },
  { id: 'hits', title: 'Hits', track: '56px', cell: ({ hits }) => number(hits), sortBy: ({ hits }) => hits },
  {
    id: 'reason',
    title: 'Reason',
    track: 'minmax(0, 1fr)',
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
        <Badge tone={STATE[state].tone}>{STATE[state].word}</Badge>
        {count(hits, 'hit')}
        <span className="truncate">{reason}</span>
      </>
    }
  />
)

export function Mailboxes({ tenantId, investigationId }: { tenantId: string; investigationId: string }) {
  const { data, error, refetch } = useQuery(queries.mailboxes(tenantId, investigationId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <SkeletonRows rows={6} />
  return (
    <Table
      label="Mailboxes"
      rows={data.mailboxes}
      columns={COLUMNS}
      idOf={({ userId }) => userId}
      compact={compact}
      empty={<Empty title="No mailboxes yet">The investigation is still listing the users of the tenant.</Empty>}
    />
  )
}
