import type { Investigation } from '@cordon/api'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { progressOf, type Progress } from '#lib/progress.ts'
import { duration, useNow } from '#lib/time.ts'
import { count, number } from '#lib/words.ts'
import { Pace, ProgressRing } from '#parts/progress.tsx'
import { When } from '#parts/when.tsx'

/** How far the run is: ring, figures, rate and end; afterwards how long it took, or what it watches. */
export function RunProgress({ tenantId, investigation }: { tenantId: string; investigation: Investigation }) {
  const { id, mailboxesDone, mailboxesTotal, mailboxesFailed, hits, startedAt } = investigation
  const now = useNow(1000)
  const progress = progressOf({ done: mailboxesDone, total: mailboxesTotal, startedAt }, now)
  return (
    <section
      aria-label="Progress"
      className="flex items-center gap-5 rounded-lg border border-line bg-surface p-4 max-sm:gap-3"
    >
      <ProgressRing fraction={progress.fraction} label="Mailboxes searched" />
      <dl className="grid flex-1 grid-cols-2 gap-x-6 gap-y-2 text-sm md:grid-cols-4">
        <Figure title="Hits" value={number(hits)} detail={hits === 1 ? 'message' : 'messages'} />
        <Figure
          title="Mailboxes"
          value={`${number(mailboxesDone)} of ${number(mailboxesTotal)}`}
          detail="searched or settled"
        />
        <Figure
          title="Failed"
          value={number(mailboxesFailed)}
          detail={
            mailboxesFailed > 0 ? (
              <Link
                to="/tenants/$tenantId/investigations/$investigationId"
                params={{ tenantId, investigationId: id }}
                search={{ tab: 'mailboxes', state: 'failed' }}
                className="text-accent hover:underline"
              >
                see which and why
              </Link>
            ) : (
              'every mailbox answered'
            )
          }
        />
        <Tempo investigation={investigation} progress={progress} />
      </dl>
    </section>
  )
}

/** The fourth figure: how fast it goes, what it waits for, or how long it took. */
function Tempo({ investigation, progress }: { investigation: Investigation; progress: Progress }) {
  const { state, startedAt, endedAt, mailboxesDone, duration: lasts, watchedUntil } = investigation
  if (state === 'queued') return <Figure title="Pace" detail="waiting for its turn" />
  if (state === 'running' || state === 'stopping')
    return <Figure title="Pace" detail={<Pace progress={progress} noun="mailboxes" />} />
  if (state === 'paused') return <Figure title="Pace" value="Paused" detail="goes on where it was" />
  if (state === 'watching') {
    return (
      <Figure
        title="Watching new mail"
        value={lasts.kind === 'until' ? <When at={lasts.until} /> : undefined}
        detail={
          <>
            {lasts.kind === 'standing' && `until ${count(lasts.quietDays, 'day')} without a hit; `}
            {watchedUntil && (
              <>
                looked <When at={watchedUntil} />
              </>
            )}
          </>
        }
      />
    )
  }
  const took = startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : '–'
  return <Figure title="Took" value={took} detail={count(mailboxesDone, 'mailbox', 'mailboxes')} />
}

function Figure({ title, value, detail }: { title: string; value?: ReactNode; detail: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{title}</dt>
      <dd>
        {value && <span className="block text-lg font-semibold">{value}</span>}
        <span className="block text-xs text-ink-2">{detail}</span>
      </dd>
    </div>
  )
}
