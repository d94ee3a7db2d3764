import type { SeverityName } from '@cordon/api'
import { Circle, CircleAlert, Diamond, Info, OctagonAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

import type { Tone } from '#lib/words.ts'

const TONES: Record<Tone, string> = {
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  busy: 'bg-accent-soft text-accent',
  quiet: 'bg-sunken text-ink-2',
}

/** A state as a word on its tone. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  )
}

const SEVERITIES = {
  critical: { Icon: OctagonAlert, className: 'bg-critical-soft text-critical' },
  high: { Icon: TriangleAlert, className: 'bg-high-soft text-high' },
  medium: { Icon: Diamond, className: 'bg-medium-soft text-medium' },
  low: { Icon: Circle, className: 'bg-low-soft text-low' },
  informational: { Icon: Info, className: 'bg-informational-soft text-informational' },
} satisfies Record<SeverityName, { Icon: typeof CircleAlert; className: string }>

export const SEVERITY_ORDER: SeverityName[] = ['critical', 'high', 'medium', 'low', 'informational']

/** Severity by color, shape and word: any one of them is enough. */
export function Severity({ severity, count }: { severity: SeverityName; count?: number }) {
  const { Icon, className } = SEVERITIES[severity]
  return (
    <span
      className={`inline-flex h-5 items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap ${className}`}
    >
      <Icon aria-hidden className="size-3.5" strokeWidth={2.25} />
      {count !== undefined && <span className="font-semibold">{count}</span>}
      {severity}
    </span>
  )
}
