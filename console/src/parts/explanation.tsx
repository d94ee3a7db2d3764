import type { Explained } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'

import { queries } from '#lib/queries.ts'

import { Badge } from './badge.tsx'
import { SkeletonRows } from './panel.tsx'
import { ProblemBanner } from './problem.tsx'

/** Why a rule matches an event or does not, leaf by leaf; of a correlation, each rule that it is over. */
export function Explanation({ tenantId, ruleId, eventId }: { tenantId: string; ruleId: string; eventId: string }) {
  const { data, error, refetch } = useQuery(queries.explanation(tenantId, ruleId, eventId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={3} />
  return (
    <div className="space-y-3 pt-2">
      {data.explanations.map(({ rule, title, matched, passedBy, tree, further }) => (
        <section key={rule} className="space-y-1.5">
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <Badge tone={matched ? 'good' : 'quiet'}>{matched ? 'matches' : 'does not match'}</Badge>
            <span className="min-w-0 break-words">{title}</span>
          </p>
          {passedBy && <p className="text-ink-2">{passedBy}</p>}
          {further && <p className="text-ink-2">It further asks: {further}</p>}
          {tree && <Tree node={tree} />}
        </section>
      ))}
    </div>
  )
}

const JOINS = { and: 'All of', or: 'Any of', not: 'Not' } as const

function Tree({ node }: { node: Explained }) {
  if (node.kind === 'leaf') return <Leaf leaf={node} />
  return (
    <div className="text-xs">
      <p className="flex items-center gap-1.5 text-ink-2">
        <Mark matched={node.matched} /> {JOINS[node.kind]}
      </p>
      <ul className="ml-1.5 space-y-1 border-l border-line pt-1 pl-3">
        {node.terms.map((term, index) => (
          // A condition has no other name than its place.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Tree node={term} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Leaf({
  leaf: { matched, field, asks, verdict, values, more },
}: {
  leaf: Extract<Explained, { kind: 'leaf' }>
}) {
  return (
    <div className="flex gap-1.5 text-xs">
      <Mark matched={matched} />
      <div className="min-w-0 break-words">
        <code className="font-mono">{field ?? 'any value'}</code> {asks}
        <span className="block text-ink-3">
          {verdict === 'absent' ? 'The event has no such field.' : values.join(', ')}
          {more > 0 && `, and ${more} more`}
        </span>
      </div>
    </div>
  )
}

function Mark({ matched }: { matched: boolean }) {
  const Icon = matched ? Check : X
  return (
    <Icon
      aria-label={matched ? 'matched' : 'not matched'}
      className={`mt-px size-3.5 shrink-0 ${matched ? 'text-good' : 'text-ink-3'}`}
    />
  )
}
