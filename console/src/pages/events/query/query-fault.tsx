import { queryFault, toProblem } from '#lib/http.ts'
import { pointAt } from '#lib/kql.ts'
import { Button } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  query: string
  error: unknown
  onRetry: () => void
  /** Puts the caret where the fault is; from 0. */
  onGoTo: (from: number, to: number) => void
}

/** Why a search could not be done; a fault in the query is shown at its characters. */
export function QueryFault({ query, error, onRetry, onGoTo }: Props) {
  const fault = queryFault(error)
  if (fault === undefined) {
    return (
      <div id="query-fault">
        <ProblemBanner error={error} onRetry={onRetry} />
      </div>
    )
  }
  const { before, at, after } = pointAt(query, fault.position, fault.length)
  const from = Math.min(fault.position - 1, query.length)
  return (
    <div
      id="query-fault"
      role="alert"
      className="flex items-start gap-3 rounded-md border border-bad/40 bg-bad-soft px-3 py-2 text-sm"
    >
      <div className="min-w-0 flex-1 space-y-0.5">
        <p className="font-mono text-[13px] break-words whitespace-pre-wrap">
          {before}
          <mark className="rounded-sm bg-bad-fill px-px text-on-fill underline decoration-wavy underline-offset-4">
            {at === ' ' ? '\u00A0' : at}
          </mark>
          {after}
        </p>
        <p className="font-medium">{fault.message}</p>
        <p className="text-ink-2">
          {toProblem(error).fix}
          {fault.allowed && ` Here may stand ${fault.allowed}.`}
        </p>
      </div>
      <Button onClick={() => onGoTo(from, Math.min(query.length, from + (fault.length ?? 1)))}>Go to it</Button>
    </div>
  )
}
