import type { Investigation, InvestigationPeople, MailPerson } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { usePagedRows } from '#lib/paged-rows.ts'
import { DEEDS, deedsOf, findingWord, followUpSentence, peopleSentence, type Deed } from '#lib/people.ts'
import { peopleKey, queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Dialog } from '#parts/dialog.tsx'
import type { Column } from '#parts/grid.tsx'
import { PagedTable } from '#parts/paged-table.tsx'
import { CompactRow, Empty, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const TITLES: Record<Deed, string> = {
  opened: 'Opened',
  replied: 'Replied',
  forwarded: 'Forwarded',
  clicked: 'Clicked',
}

function Done({ deed, person }: { deed: Deed; person: MailPerson }) {
  const { word, tone } = findingWord(deed, person[deed])
  return (
    <span title={person[deed].evidence.join('\n')}>
      <Badge tone={tone}>{word}</Badge>
    </span>
  )
}

const COLUMNS: Column<MailPerson>[] = [
  {
    id: 'who',
    title: 'Who',
    track: 'minmax(0, 1fr)',
    cell: ({ userPrincipalName }) => <span title={userPrincipalName}>{userPrincipalName}</span>,
  },
  ...DEEDS.map((deed) => ({
    id: deed,
    title: TITLES[deed],
    track: '104px',
    from: 560,
    cell: (person: MailPerson) => <Done deed={deed} person={person} />,
  })),
]

const compact = (person: MailPerson) => (
  <CompactRow first={person.userPrincipalName} second={deedsOf(person).join(', ') || 'nothing known'} />
)

const rowsOf = ({ people }: { people: MailPerson[] }) => people

interface Props {
  tenantId: string
  investigation: Investigation
}

/** Who opened, answered, passed on and clicked what was found, each with the evidence; and where copies went out of reach. */
export function People({ tenantId, investigation }: Props) {
  const { id, followUp } = investigation
  const [opened, setOpened] = useState<MailPerson>()
  const { reply, error, refetch, rowAt, onRange } = usePagedRows({
    queryKey: peopleKey(tenantId, id),
    fetchPage: (page, signal) => tenantApi(tenantId).people(id, page, signal),
    rowsOf,
  })
  if (error) return <ProblemBanner error={error} onRetry={refetch} />
  if (!followUp) {
    return (
      <Empty title="Not followed" action={<FollowButton {...{ tenantId, investigation }} title="Follow up" />}>
        Find out who opened, answered, passed on and clicked it. Copies that came of that become hits, whose mailbox
        ever.
      </Empty>
    )
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2 text-sm">
        <div className="min-w-0 flex-1 basis-60 text-ink-2" aria-live="polite">
          {reply && <p className="text-ink">{peopleSentence(reply)}</p>}
          <p>{followUpSentence(followUp)}</p>
          {followUp.notes.map((note) => (
            <p key={note} className="text-xs break-words text-ink-3">
              {note}
            </p>
          ))}
        </div>
        {(followUp.state === 'done' || followUp.state === 'failed') && (
          <FollowButton {...{ tenantId, investigation }} title="Follow up again" />
        )}
      </div>
      {reply === undefined ? (
        <SkeletonRows rows={6} />
      ) : reply.counts.people > 0 ? (
        <PagedTable
          label="People"
          {...{ rowAt, onRange, compact }}
          total={reply.counts.people}
          columns={COLUMNS}
          onOpen={setOpened}
        />
      ) : (
        <Empty title="Nobody so far">Whoever had the mail appears here once its hits were followed.</Empty>
      )}
      {reply && reply.unreached.length > 0 && <Unreached copies={reply.unreached} />}
      {opened && <Evidence person={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

function FollowButton({ tenantId, investigation, title }: Props & { title: string }) {
  const client = useQueryClient()
  const { reaches } = useUser()
  const follow = useMutation({
    mutationFn: () => tenantApi(tenantId).steerInvestigation(investigation.id, 'follow-up'),
    onSuccess: (changed) => client.setQueryData(queries.investigation(tenantId, changed.id).queryKey, changed),
  })
  if (!reaches('analyst')) return null
  return (
    <>
      <Button disabled={follow.isPending} onClick={() => follow.mutate()}>
        {title}
      </Button>
      {follow.error && <ProblemBanner error={follow.error} />}
    </>
  )
}

function Evidence({ person, onClose }: { person: MailPerson; onClose: () => void }) {
  return (
    <Dialog side onClose={onClose} title={person.userPrincipalName} description="What is known, and from what">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-3 text-sm">
        {DEEDS.map((deed) => (
          <div key={deed} className="contents">
            <dt>
              {TITLES[deed]} <Done deed={deed} person={person} />
            </dt>
            <dd>
              {person[deed].evidence.map((sentence) => (
                <span key={sentence} className="block break-words">
                  {sentence}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

const COPY_WORDS = {
  forward: 'forwarded',
  reply: 'sent in answer to all',
  'sent-copy': 'in Sent Items',
  meeting: 'in the calendar',
}

function Unreached({ copies }: { copies: InvestigationPeople['unreached'] }) {
  return (
    <section aria-label="Not reached" className="border-t border-line px-3 py-3 text-sm">
      <h3 className="font-semibold">Not reached</h3>
      <ul className="mt-1 max-h-72 space-y-1.5 overflow-y-auto">
        {copies.map(({ recipient, internetMessageId, hitId, foundBy, reason }) => (
          <li key={`${recipient} ${internetMessageId} ${hitId} ${foundBy}`} className="break-words">
            <span className="font-medium">{recipient}</span> <span className="text-ink-3">({COPY_WORDS[foundBy]})</span>{' '}
            <span className="text-ink-2">{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
