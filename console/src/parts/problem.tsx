import { OctagonX } from 'lucide-react'

import { toProblem } from '#lib/http.ts'

import { Button } from './button.tsx'
import { CopyButton } from './copy.tsx'

/** An error as people need it: what, why, fix, and Microsoft's own words to copy. */
export function ProblemBanner({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = toProblem(error)
  const { microsoft } = problem
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad/40 bg-bad-soft p-3 text-sm">
      <OctagonX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-semibold">{problem.title}</p>
        <p className="break-words text-ink-2">{problem.why}</p>
        <p className="break-words">
          <span className="font-medium">To fix it: </span>
          {problem.fix}
        </p>
        {problem.problems && problem.problems.length > 0 && (
          <ul className="list-inside list-disc text-ink-2">
            {problem.problems.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                {path !== '' && <code className="font-mono text-xs">{path}: </code>}
                {message}
              </li>
            ))}
          </ul>
        )}
        {microsoft && (
          <p className="flex flex-wrap items-center gap-x-1 text-ink-2">
            <span>
              Microsoft ({microsoft.service}, {microsoft.status}):
            </span>
            <code className="font-mono text-xs font-semibold">{microsoft.code}</code>
            <span className="break-words">{microsoft.message}</span>
            <CopyButton
              text={`${microsoft.code}: ${microsoft.message}${microsoft.requestId ? ` (request ${microsoft.requestId})` : ''}`}
              label="Microsoft’s code"
            />
          </p>
        )}
        <p className="flex items-center gap-1 text-xs text-ink-3">
          <code className="font-mono">{problem.code}</code>
          <CopyButton text={problem.code} label="error code" />
        </p>
      </div>
      {onRetry && (
        <Button onClick={onRetry} className="self-start">
          Try again
        </Button>
      )}
    </div>
  )
}
