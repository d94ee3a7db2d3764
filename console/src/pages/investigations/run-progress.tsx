import type { Investigation } from '@cordon/api'

import { progressOf } from '#lib/progress.ts'
import { duration, useNow } from '#lib/time.ts'
import { count, isActive, number } from '#lib/words.ts'
import { Pace, ProgressRing } from '#parts/progress.tsx'

/** How far the run is: ring, figures, rate and end; afterwards how long it took. */
export function RunProgress({ investigation }: { investigation: Investigation }) {
  const { mailboxesDone, mailboxesTotal, mailboxesFailed, hits, startedAt, endedAt, state } = investigation
  const now = useNow(1000)
  const progress = progressOf({ done: mailboxesDone, total: mailboxesTotal, startedAt }, now)
  const took = startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : undefined
  return (
    <section aria-label="Progress" className="flex items-center gap-5 rounded-lg border border-line bg-surface p-4">
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
          detail={mailboxesFailed > 0 ? 'see the mailboxes for why' : 'every mailbox answered'}
        />
        <Figure
          title={isActive(state) ? 'Pace' : 'Took'}
          value={isActive(state) ? '' : (took ?? '–')}
          detail={
            isActive(state) ? (
              <Pace progress={progress} noun="mailboxes" />
            ) : (
              count(mailboxesDone, 'mailbox', 'mailboxes')
            )
          }
        />
      </dl>
    </section>
  )
}

function Figure({ title, value, detail }: { title: string; value: string; detail: React.ReactNode }) {
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
