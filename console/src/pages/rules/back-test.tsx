import type { BackTest, Rule } from '@cordon/api'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { tenantApi } from '#lib/api.ts'
import { count, number } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { DayBars } from '#parts/day-bars.tsx'
import { Empty } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

const SPANS = [1, 7, 30, 90]

/** What the rule would have found in what is stored. */
export function BackTestPanel({ tenantId, rule }: { tenantId: string; rule: Rule }) {
  const run = useMutation({ mutationFn: (days: number) => tenantApi(tenantId).backTestRule(rule.id, days) })
  return (
    <div className="space-y-4 p-4 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-2">Try it over the last</span>
        {SPANS.map((days) => (
          <Button
            key={days}
            aria-pressed={run.variables === days}
            disabled={run.isPending}
            onClick={() => run.mutate(days)}
          >
            {count(days, 'day')}
          </Button>
        ))}
        {run.isPending && <span className="text-ink-3">Reading what is stored…</span>}
      </div>
      {run.error && <ProblemBanner error={run.error} />}
      {!run.data && !run.error && !run.isPending && (
        <Empty title="Not tried yet">
          A back-test counts the events that the rule would have matched, day by day, before it raises a single alert.
        </Empty>
      )}
      {run.data && !run.isPending && <Outcome tenantId={tenantId} outcome={run.data} kind={rule.kind} />}
    </div>
  )
}

function Outcome({ tenantId, outcome, kind }: { tenantId: string; outcome: BackTest; kind: Rule['kind'] }) {
  const { total, perDay, samples } = outcome
  const first = perDay.at(0)?.day
  return (
    <>
      <p className="text-base font-medium">
        {count(total, 'event')}
        {kind === 'correlation' && ' at which it holds'}, {number(Math.round((total / perDay.length) * 10) / 10)} a day
      </p>
      <div>
        <DayBars days={perDay.map((day) => day.count)} label="Events a day" tall />
        <p className="flex justify-between text-xs text-ink-3">
          <span>{first}</span>
          <span>{perDay.at(-1)?.day}</span>
        </p>
      </div>
      {samples.length > 0 && (
        <div className="overflow-hidden rounded-md border border-line">
          <p className="border-b border-line px-3 py-2 font-medium">The newest {samples.length}</p>
          <ul className="divide-y divide-line">
            {samples.map((event) => (
              <li key={event.event.id} className="px-3 py-2">
                <Link
                  to="/tenants/$tenantId/events"
                  params={{ tenantId }}
                  search={{
                    from: new Date(Date.parse(event['@timestamp']) - 3_600_000).toISOString(),
                    to: new Date(Date.parse(event['@timestamp']) + 3_600_000).toISOString(),
                    q: '',
                    event: event.event.id,
                  }}
                  className="break-words hover:underline"
                >
                  {event.message}
                </Link>
                <p className="text-xs text-ink-3">
                  <When at={event['@timestamp']} exact />
                </p>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
