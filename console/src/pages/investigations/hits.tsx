import type { Investigation, MailHit } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { useHotkeys } from '#lib/hotkeys.ts'
import { queries } from '#lib/queries.ts'
import { useTenantId } from '#lib/tenant.ts'
import { ACTION_RUN_STATE, count, TARGET_STATE, type Tone } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { CompactRow, Empty, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { Table, type Column } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

import { PlanDialog } from './plan-dialog.tsx'

/** The newest action on a hit: how it stands, and the way to its proof. */
function LastAction({ actionRunId, state }: NonNullable<MailHit['lastAction']>) {
  const tenantId = useTenantId()
  const known: Record<string, { word: string; tone: Tone }> = { ...ACTION_RUN_STATE, ...TARGET_STATE }
  const { word, tone } = known[state] ?? { word: state, tone: 'quiet' as const }
  return (
    <Link
      to="/tenants/$tenantId/action-runs/$actionRunId"
      params={{ tenantId, actionRunId }}
      className="rounded hover:brightness-110"
    >
      <Badge tone={tone}>{word}</Badge>
    </Link>
  )
}

const COLUMNS: Column<MailHit>[] = [
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
    track: 'minmax(0, 1.2fr)',
    from: 560,
    cell: ({ subject, isRead }) => (
      <span title={subject} className={isRead ? '' : 'font-medium'}>
        {subject}
      </span>
    ),
    sortBy: ({ subject }) => subject,
  },
  {
    id: 'sender',
    title: 'Sender',
    track: 'minmax(0, 0.8fr)',
    from: 860,
    cell: ({ sender }) => <span title={sender}>{sender}</span>,
    sortBy: ({ sender }) => sender,
  },
  {
    id: 'folder',
    title: 'Folder',
    track: '120px',
    cell: ({ folderName }) => folderName,
    sortBy: ({ folderName }) => folderName,
  },
  { id: 'read', title: 'Read', track: '64px', from: 760, cell: ({ isRead }) => (isRead ? 'Read' : 'Unread') },
  {
    id: 'received',
    title: 'Received',
    track: '104px',
    from: 660,
    cell: ({ receivedAt }) => <When at={receivedAt} />,
    sortBy: ({ receivedAt }) => receivedAt,
  },
  {
    id: 'action',
    title: 'Last action',
    track: '140px',
    from: 480,
    cell: ({ lastAction }) => lastAction && <LastAction {...lastAction} />,
  },
]

const compact = (hit: MailHit) => (
  <CompactRow
    first={hit.userPrincipalName}
    second={
      <>
        {hit.folderName} · <When at={hit.receivedAt} />
        {hit.lastAction && <LastAction {...hit.lastAction} />}
      </>
    }
  />
)

const NONE: ReadonlySet<string> = new Set()

/** The messages found, and what can be done with those selected; with none selected, with all of them. */
export function Hits(props: { tenantId: string; investigation: Investigation; running: boolean }) {
  const { tenantId, investigation, running } = props
  const [selected, setSelected] = useState(NONE)
  const [planning, setPlanning] = useState(false)
  const { data, error, refetch } = useQuery(queries.hits(tenantId, investigation.id))
  useHotkeys({ a: () => setPlanning((data?.hits.length ?? 0) > 0) })
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <SkeletonRows rows={6} />
  const chosen = data.hits.filter((hit) => selected.has(hit.id))
  const targets = chosen.length > 0 ? chosen : data.hits
  return (
    <>
      {data.hits.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2 text-sm">
          <span className="flex-1 text-ink-2">
            {chosen.length > 0
              ? `${chosen.length} of ${count(data.hits.length, 'hit')} selected`
              : `All ${count(data.hits.length, 'hit')}`}
          </span>
          {chosen.length > 0 && (
            <Button look="quiet" onClick={() => setSelected(NONE)}>
              Clear selection
            </Button>
          )}
          <Button look="primary" onClick={() => setPlanning(true)}>
            Choose action
          </Button>
        </div>
      )}
      <Table
        label="Hits"
        rows={data.hits}
        columns={COLUMNS}
        idOf={({ id }) => id}
        compact={compact}
        selection={{
          selected,
          onChange: setSelected,
          noun: 'hits',
          nameOf: ({ userPrincipalName }) => userPrincipalName,
        }}
        empty={
          running ? (
            <Empty title="No hits so far">Hits appear here as mailboxes are searched.</Empty>
          ) : (
            <Empty title="No message matched">
              Every mailbox that answered was searched. See Mailboxes for those that did not, or start an investigation
              with fewer conditions.
            </Empty>
          )
        }
      />
      {planning && (
        <PlanDialog
          tenantId={tenantId}
          investigationId={investigation.id}
          hits={targets}
          hitIds={chosen.length > 0 ? chosen.map((hit) => hit.id) : undefined}
          onClose={() => setPlanning(false)}
        />
      )}
    </>
  )
}
