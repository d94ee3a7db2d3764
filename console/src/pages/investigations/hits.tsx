import type { Investigation, MailHit } from '@cordon/api'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { useHotkeys } from '#lib/hotkeys.ts'
import { usePagedRows } from '#lib/paged-rows.ts'
import { hitsKey } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { selectedHits } from '#lib/selected-hits.ts'
import { ALL, isSelected, NONE, select, selectedOf } from '#lib/selection.ts'
import { count, isOpen, number } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { ChooseAction } from '#parts/choose-action.tsx'
import type { Column } from '#parts/grid.tsx'
import { PagedTable } from '#parts/paged-table.tsx'
import { CompactRow, Empty, NewPill } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

import { HitDrawer } from './hit-drawer.tsx'
import { LastAction } from './last-action.tsx'

const COLUMNS: Column<MailHit>[] = [
  {
    id: 'mailbox',
    title: 'Mailbox',
    track: 'minmax(0, 1.1fr)',
    cell: ({ userPrincipalName }) => <span title={userPrincipalName}>{userPrincipalName}</span>,
  },
  {
    id: 'subject',
    title: 'Subject',
    track: 'minmax(0, 1.1fr)',
    from: 560,
    cell: ({ subject, isRead }) => (
      <span title={subject} className={isRead ? '' : 'font-medium'}>
        {subject}
      </span>
    ),
  },
  {
    id: 'matched',
    title: 'Matched',
    track: 'minmax(0, 0.9fr)',
    from: 980,
    cell: ({ matched }) => <span title={matched.join('\n')}>{matched.join(' · ')}</span>,
  },
  {
    id: 'sender',
    title: 'Sender',
    track: 'minmax(0, 0.8fr)',
    from: 1250,
    cell: ({ sender }) => <span title={sender}>{sender}</span>,
  },
  {
    id: 'folder',
    title: 'Folder',
    track: '116px',
    cell: ({ folderName }) => <span title={folderName}>{folderName}</span>,
  },
  { id: 'read', title: 'Read', track: '64px', from: 760, cell: ({ isRead }) => (isRead ? 'Read' : 'Unread') },
  { id: 'received', title: 'Received', track: '92px', from: 660, cell: ({ receivedAt }) => <When at={receivedAt} /> },
  {
    id: 'action',
    title: 'Last action',
    track: '140px',
    from: 480,
    cell: ({ lastAction }) => lastAction && <LastAction {...lastAction} />,
  },
]

const compact = ({ userPrincipalName, subject, folderName, isRead, receivedAt, lastAction }: MailHit) => (
  <>
    <span className={`block truncate ${isRead ? '' : 'font-medium'}`}>{subject}</span>
    <CompactRow
      first={<span className="text-ink-2">{userPrincipalName}</span>}
      second={
        <>
          <span className="truncate">
            {folderName} · {isRead ? 'read' : 'unread'} · <When at={receivedAt} />
          </span>
          {lastAction && <LastAction {...lastAction} />}
        </>
      }
    />
  </>
)

const rowsOf = ({ hits }: { hits: MailHit[] }) => hits

interface Props {
  tenantId: string
  investigation: Investigation
}

/** The messages found, any number of them, and what can be done with those selected: all, until somebody says otherwise. */
export function Hits({ tenantId, investigation }: Props) {
  const { id, hits: total, state } = investigation
  const [selection, setSelection] = useState(ALL)
  const [isChoosing, setIsChoosing] = useState(false)
  const [opened, setOpened] = useState<MailHit>()
  const { reaches } = useUser()
  // Hits come in between others while it runs; they must not push away the one that is being read.
  const [heldAt, setHeldAt] = useState<number>()
  const isHeld = isOpen(state) && heldAt !== undefined
  const { error, refetch, rowAt, onRange } = usePagedRows({
    queryKey: hitsKey(tenantId, id),
    fetchPage: (page, signal) => tenantApi(tenantId).hits(id, page, signal),
    rowsOf,
    isHeld,
  })
  const selected = selectedOf(selection, total)
  const mayAct = reaches('analyst') && selected > 0
  useHotkeys({ a: () => setIsChoosing(mayAct) })
  if (error) return <ProblemBanner error={error} onRetry={refetch} />
  if (total === 0) {
    return isOpen(state) ? (
      <Empty title="No hits so far">
        {state === 'paused'
          ? 'It is paused; Resume lets it go on with the mailboxes that wait.'
          : 'Hits appear here as mailboxes are searched.'}
      </Empty>
    ) : (
      <Empty title="No message matched">
        See Mailboxes for those that were not searched and why, or start an investigation with fewer conditions.
      </Empty>
    )
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2 text-sm">
        <span className="flex-1 text-ink-2" aria-live="polite">
          {selected === total
            ? `All ${count(total, 'hit')} selected`
            : `${number(selected)} of ${count(total, 'hit')} selected`}
        </span>
        {isHeld && <NewPill fresh={total - heldAt} noun="hits" onShow={() => setHeldAt(undefined)} />}
        {reaches('analyst') && (
          <Button look="primary" disabled={!mayAct} onClick={() => setIsChoosing(true)}>
            Choose action
          </Button>
        )}
      </div>
      <PagedTable
        label="Hits"
        {...{ rowAt, onRange, compact }}
        total={isHeld ? heldAt : total}
        onAway={(isAway) => setHeldAt((before) => (isAway ? (before ?? total) : undefined))}
        columns={COLUMNS}
        compactHeight={78}
        onOpen={setOpened}
        selection={{
          isSelected: (hit) => isSelected(selection, hit.id),
          onSelect: (hit, on) => setSelection(select(selection, hit.id, on)),
          selected: selected === 0 ? 'none' : selected === total ? 'all' : 'some',
          onSelectAll: (on) => setSelection(on ? ALL : NONE),
          noun: 'hits',
          nameOf: ({ userPrincipalName }) => userPrincipalName,
        }}
      />
      {opened && (
        <HitDrawer tenantId={tenantId} investigationId={id} hit={opened} onClose={() => setOpened(undefined)} />
      )}
      {isChoosing && (
        <ChooseAction
          tenantId={tenantId}
          on={['message']}
          what={count(selected, 'message')}
          connectionId={investigation.connectionId}
          request={async () => {
            const targets = await selectedHits(tenantId, investigation.id, selection)
            return { investigationId: investigation.id, ...(targets && { targets }) }
          }}
          onClose={() => setIsChoosing(false)}
        />
      )}
    </>
  )
}
