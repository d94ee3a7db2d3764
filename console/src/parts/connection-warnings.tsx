import type { ConnectionWarning } from '@cordon/api'
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

import { When } from './when.tsx'

/** What will stop working, or has: weeks ahead where it can be known. */
export function ConnectionWarnings({ warnings, of }: { warnings: ConnectionWarning[]; of?: ReactNode }) {
  return warnings.map(({ kind, what, fix, at }) => {
    const isOver = kind === 'credential-expired'
    return (
      <div
        key={kind}
        role={isOver ? 'alert' : undefined}
        className={`flex gap-3 rounded-lg border p-3 text-sm ${isOver ? 'border-bad/40 bg-bad-soft' : 'border-warn/40 bg-warn-soft'}`}
      >
        <TriangleAlert aria-hidden className={`mt-0.5 size-4 shrink-0 ${isOver ? 'text-bad' : 'text-warn'}`} />
        <div className="min-w-0 flex-1">
          <p className="font-semibold break-words">
            {of && <>{of}: </>}
            {what}
            {at && (
              <span className="font-normal text-ink-2">
                {' '}
                (<When at={at} exact />)
              </span>
            )}
          </p>
          <p className="break-words">
            <span className="font-medium">To fix it: </span>
            {fix}
          </p>
        </div>
      </div>
    )
  })
}
