import { OctagonX } from 'lucide-react'
import type { ReactNode } from 'react'

import { CopyButton } from './copy.tsx'

interface Props {
  code: string
  what: string
  why: string
  fix: string
  children?: ReactNode
}

/** What could not be done in the background, why, and what to do about it. */
export function Trouble({ code, what, why, fix, children }: Props) {
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad/40 bg-bad-soft p-3 text-sm">
      <OctagonX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-semibold">{what}</p>
        <p className="break-words text-ink-2">{why}</p>
        <p className="break-words">
          <span className="font-medium">To fix it: </span>
          {fix}
        </p>
        {children && <p className="text-ink-2">{children}</p>}
        <p className="flex items-center gap-1 text-xs text-ink-3">
          <code className="font-mono">{code}</code>
          <CopyButton text={code} label="error code" />
        </p>
      </div>
    </div>
  )
}
