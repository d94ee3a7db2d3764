import type { Look } from '#lib/coverage.ts'

/** Each look by color and by pattern or edge: none needs color alone. */
export const LOOK: Record<Look, { word: string; className: string }> = {
  complete: { word: 'complete', className: 'bg-good-fill' },
  late: { word: 'complete, with late arrivals', className: 'bg-good-fill border-t-6 border-low' },
  'in-progress': { word: 'in progress', className: 'bg-accent/35' },
  'asked-again': { word: 'asked for again', className: 'hatch-accent' },
  gap: { word: 'gap', className: 'hatch-bad' },
}

const SHOWN: Look[] = ['complete', 'late', 'in-progress', 'asked-again', 'gap']

export function Legend() {
  return (
    <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
      {SHOWN.map((look) => (
        <li key={look} className="flex items-center gap-1.5">
          <span aria-hidden className={`h-3.5 w-3 rounded-[2px] ${LOOK[look].className}`} />
          {LOOK[look].word}
        </li>
      ))}
      <li className="flex items-center gap-1.5">
        <span aria-hidden className="h-3.5 w-3 rounded-[2px] border border-line bg-sunken" />
        nothing known
      </li>
    </ul>
  )
}
