import type { PermissionVerdict } from '@cordon/api'
import { CircleCheck, CircleHelp, CircleX } from 'lucide-react'

import { CopyButton } from '#parts/copy.tsx'

const VERDICT = {
  granted: { Icon: CircleCheck, word: 'Granted', className: 'text-good' },
  missing: { Icon: CircleX, word: 'Missing', className: 'text-bad' },
  unknown: { Icon: CircleHelp, word: 'Unknown', className: 'text-warn' },
} satisfies Record<PermissionVerdict['verdict'], unknown>

/** One row a permission: what it is for, the verdict, and where it is red, Microsoft's code and the fix beside it. */
export function Verdicts({ verdicts }: { verdicts: PermissionVerdict[] }) {
  const worstFirst = verdicts.toSorted((a, b) => Number(a.verdict === 'granted') - Number(b.verdict === 'granted'))
  return (
    <ul className="divide-y divide-line">
      {worstFirst.map((each) => (
        <Verdict key={`${each.feature} ${each.resource} ${each.permission}`} verdict={each} />
      ))}
    </ul>
  )
}

function Verdict({
  verdict: { feature, resource, permission, why, verdict, microsoftCode, detail, fix },
}: {
  verdict: PermissionVerdict
}) {
  const { Icon, word, className } = VERDICT[verdict]
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm md:grid-cols-[104px_minmax(0,1fr)_minmax(0,1.2fr)]">
      <span className={`flex items-center gap-1.5 self-start font-medium ${className}`}>
        <Icon aria-hidden className="size-4" />
        {word}
      </span>
      <span className="min-w-0">
        <span className="block font-medium first-letter:uppercase">{feature}</span>
        <span className="block text-xs break-words text-ink-2">
          <code className="font-mono">{permission}</code> · {resource}
        </span>
        <span className="block text-xs break-words text-ink-3">{why}</span>
      </span>
      <span className="min-w-0 break-words text-ink-2">
        {detail}
        {microsoftCode && (
          <span className="flex items-center gap-1 text-xs">
            Microsoft: <code className="font-mono font-semibold text-ink">{microsoftCode}</code>
            <CopyButton text={microsoftCode} label="Microsoft’s code" />
          </span>
        )}
        {fix && (
          <span className="mt-1 block rounded-md bg-warn-soft px-2 py-1.5 text-ink">
            <span className="font-medium">To fix it: </span>
            {fix}
          </span>
        )}
      </span>
    </li>
  )
}
