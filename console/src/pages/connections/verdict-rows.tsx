import { ChevronRight, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import type { Tone } from '#lib/words.ts'
import { Code } from '#parts/code.tsx'

export interface Look {
  Icon: LucideIcon
  word: string
  tone: Tone
}

const TEXT: Record<Tone, string> = {
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  busy: 'text-accent',
  quiet: 'text-ink-3',
}

/** In the order of the table of looks, which begins with the worst. */
export function worstFirst<Item extends { verdict: string }>(
  items: readonly Item[],
  looks: Record<string, Look>,
): Item[] {
  const order = Object.keys(looks)
  return items.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
}

/** "2 missing, 14 granted". */
export function tallyOf(items: readonly { verdict: string }[], looks: Record<string, Look>): string {
  return Object.entries(looks)
    .map(([verdict, { word }]) => [items.filter((item) => item.verdict === verdict).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word.toLowerCase()}`)
    .join(', ')
}

export interface Verdict {
  verdict: string
  detail: string
  microsoftCode?: string | undefined
  fix?: string | undefined
}

/** What need not be read to see that all is well. */
export function Folded({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="group border-t border-line first:border-0">
      <summary className="flex min-h-10 cursor-pointer list-none items-center gap-2 px-4 text-sm text-ink-2 hover:bg-sunken/60">
        <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-3 group-open:rotate-90" />
        {summary}
      </summary>
      {children}
    </details>
  )
}

interface RowProps extends Omit<Verdict, 'verdict'> {
  look: Look
  children: ReactNode
}

export function Row({ look: { Icon, word, tone }, detail, microsoftCode, fix, children }: RowProps) {
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm md:grid-cols-[124px_minmax(0,1fr)_minmax(0,1.2fr)]">
      <span className={`flex items-center gap-1.5 self-start font-medium ${TEXT[tone]}`}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {word}
      </span>
      <span className="min-w-0">{children}</span>
      <span className="min-w-0 break-words text-ink-2">
        {detail}
        {microsoftCode && <Code code={microsoftCode} />}
        {fix && (tone === 'quiet' ? <span className="block text-xs text-ink-3">{fix}</span> : <Fix>{fix}</Fix>)}
      </span>
    </li>
  )
}

const Fix = ({ children }: { children: ReactNode }) => (
  <span className="mt-1 block rounded-md bg-warn-soft px-2 py-1.5 text-ink">
    <span className="font-medium">To fix it: </span>
    {children}
  </span>
)
