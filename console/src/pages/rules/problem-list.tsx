import type { RuleProblem } from '@cordon/api'

import { Badge } from '#parts/badge.tsx'

/** What is wrong with rules: where, what was found, what is allowed. */
export function ProblemList({
  problems,
  isOneFile = false,
}: {
  problems: readonly RuleProblem[]
  isOneFile?: boolean
}) {
  return (
    <ul className="max-h-96 divide-y divide-line overflow-auto border-t border-line">
      {problems.map(({ file, line, column, severity, found, allowed }) => (
        <li key={`${file}:${line}:${column}:${found}`} className="space-y-0.5 px-4 py-2 text-sm">
          <p className="flex flex-wrap items-center gap-2">
            <Badge tone={severity === 'error' ? 'bad' : 'warn'}>{severity}</Badge>
            <code className="font-mono text-xs break-all">
              {isOneFile ? '' : `${file}:`}
              {line}:{column}
            </code>
          </p>
          <p className="break-words">
            Found {found}. <span className="text-ink-2">Allowed: {allowed}.</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
