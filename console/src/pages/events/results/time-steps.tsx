import { ChevronLeft, ChevronRight, ZoomOut } from 'lucide-react'

import { shifted, zoomedOut, type TimeRange } from '#lib/time-range.ts'
import { RowButton } from '#parts/row-button.tsx'

/** From the span on the page to the one before, the one after, or a longer one. */
export function TimeSteps({ range, onRange }: { range: TimeRange; onRange: (range: TimeRange) => void }) {
  return (
    <span className="flex shrink-0 items-center">
      <RowButton label="Earlier" onClick={() => onRange(shifted(range, 'earlier', Date.now()))} Icon={ChevronLeft} />
      <RowButton label="Longer time" onClick={() => onRange(zoomedOut(range, Date.now()))} Icon={ZoomOut} />
      <RowButton label="Later" onClick={() => onRange(shifted(range, 'later', Date.now()))} Icon={ChevronRight} />
    </span>
  )
}
