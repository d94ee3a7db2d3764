import type { InvestigationDays } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'

import { queries } from '#lib/queries.ts'
import { number } from '#lib/words.ts'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** What was found and done on each day, as bars beside each other: for an investigation that watches. */
export function Days({ tenantId, investigationId }: { tenantId: string; investigationId: string }) {
  const { data, error, refetch } = useQuery(queries.investigationDays(tenantId, investigationId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <SkeletonRows rows={3} />
  if (data.days.length === 0) return null
  const most = Math.max(...data.days.map(({ found }) => found), 1)
  return (
    <section aria-label="Day by day" className="border-b border-line px-4 py-3">
      <h3 className="mb-2 text-sm font-semibold">Day by day (UTC)</h3>
      <ol className="space-y-1.5 text-sm">
        {data.days.map((day) => (
          <li key={day.day} className="grid grid-cols-[6rem_1fr] items-center gap-x-3 sm:grid-cols-[6rem_8rem_1fr]">
            <span className="tabular-nums text-ink-2">{day.day}</span>
            <span aria-hidden className="h-2 overflow-hidden rounded-full bg-line">
              <span className="block h-full rounded-full bg-accent" style={{ width: `${(day.found / most) * 100}%` }} />
            </span>
            <span className="col-span-2 sm:col-span-1">{sentenceOf(day)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function sentenceOf({ found, mailboxes, settled, unsettled }: InvestigationDays['days'][number]): string {
  return [
    found === 0
      ? 'nothing new'
      : `${number(found)} found in ${number(mailboxes)} ${mailboxes === 1 ? 'mailbox' : 'mailboxes'}`,
    ...(settled > 0 ? [`${number(settled)} done with`] : []),
    ...(unsettled > 0 ? [`${number(unsettled)} not done`] : []),
  ].join(', ')
}
