import type { Investigation } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { queries } from '#lib/queries.ts'
import { timelineOf } from '#lib/timeline.ts'
import type { Tone } from '#lib/words.ts'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

import { Days } from './days.tsx'

const DOTS: Record<Tone, string> = {
  good: 'border-good bg-good',
  warn: 'border-warn',
  bad: 'border-bad bg-bad',
  busy: 'border-accent',
  quiet: 'border-line-strong',
}

/** What was done about this mail, by whom and when. */
export function Timeline({ tenantId, investigation }: { tenantId: string; investigation: Investigation }) {
  const { data, error, refetch } = useQuery(queries.actionRuns(tenantId, investigation.id))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <SkeletonRows rows={4} />
  return (
    <>
      {investigation.duration.kind !== 'once' && <Days tenantId={tenantId} investigationId={investigation.id} />}
      <ol aria-label="Timeline" className="px-4 py-3">
        {timelineOf(investigation, data.actionRuns).map(({ at, text, tone, actionRunId }) => (
          <li key={`${at} ${text}`} className="relative border-l border-line pb-4 pl-5 text-sm last:pb-0">
            <span aria-hidden className={`absolute top-1 -left-[5.5px] size-2.5 rounded-full border-2 ${DOTS[tone]}`} />
            {actionRunId === undefined ? (
              <p className="break-words">{text}</p>
            ) : (
              <Link
                to="/tenants/$tenantId/action-runs/$actionRunId"
                params={{ tenantId, actionRunId }}
                className="break-words hover:underline"
              >
                {text}
              </Link>
            )}
            <p className="text-xs text-ink-3">
              <When at={at} exact />
            </p>
          </li>
        ))}
      </ol>
    </>
  )
}
