import { Link } from '@tanstack/react-router'

import { conditions, widen } from '#lib/kql.ts'
import type { TimeRange } from '#lib/time-range.ts'
import { Button, buttonClass } from '#parts/button.tsx'
import { Empty } from '#parts/panel.tsx'

interface Props {
  query: string
  onQuery: (query: string) => void
  onRange: (range: TimeRange) => void
}

const MOST_CONDITIONS = 5

/** Nothing matches: what to leave out, or where else to look. */
export function NoEvents({ query, onQuery, onRange }: Props) {
  const given = conditions(query)
  const wider = <Button onClick={() => onRange({ from: 'now-30d', to: 'now' })}>Look at the last 30 days</Button>
  if (given.length === 0) {
    return (
      <Empty
        title="No events here yet"
        action={
          <div className="flex flex-wrap justify-center gap-2">
            {wider}
            <Link to="/connections" className={buttonClass('quiet')}>
              See what the feeds have read
            </Link>
          </div>
        }
      >
        Nothing was collected for this span. A feed may still be reading it; “npx cordon import” takes files.
      </Empty>
    )
  }
  return (
    <Empty
      title="No event matches"
      action={
        <div className="flex flex-col items-center gap-3">
          {given.length > 1 && (
            <ul aria-label="Conditions" className="flex max-w-full flex-wrap justify-center gap-2">
              {given.slice(0, MOST_CONDITIONS).map((condition) => (
                <li key={condition} className="max-w-full">
                  <Button
                    title={`Search without ${condition}`}
                    className="max-w-full"
                    onClick={() => onQuery(widen(query, condition))}
                  >
                    Without <code className="truncate font-mono text-xs">{condition}</code>
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <div className="flex flex-wrap justify-center gap-2">
            {wider}
            <Button look="quiet" onClick={() => onQuery('')}>
              Clear the query
            </Button>
          </div>
        </div>
      }
    >
      Nothing in this span matches the query. Leave a condition out, or look at a longer time.
    </Empty>
  )
}
