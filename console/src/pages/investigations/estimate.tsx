import type { InvestigationEstimate } from '@cordon/api'
import type { ReactNode } from 'react'

import { duration } from '#lib/time.ts'
import { number } from '#lib/words.ts'
import { Skeleton } from '#parts/panel.tsx'

interface Props {
  estimate: InvestigationEstimate | undefined
  /** A newer answer is on its way; the one shown is of what was asked before. */
  isStale: boolean
  /** Nothing can be estimated before the form says what to look for. */
  isReady: boolean
}

/** What the investigation would cost, before anything is asked of a mailbox. */
export function Estimate({ estimate, isStale, isReady }: Props) {
  if (!isReady) {
    return (
      <p className="text-sm text-ink-2">
        Once the form says what to look for and where, this tells how many mailboxes, requests and minutes it takes.
      </p>
    )
  }
  return (
    <dl
      aria-busy={isStale}
      className={`grid grid-cols-2 gap-x-4 gap-y-3 text-sm transition-opacity ${isStale ? 'opacity-60' : ''}`}
    >
      <Figure title="Mailboxes" value={estimate && number(estimate.mailboxes)} />
      <Figure title="Requests, at most" value={estimate && number(estimate.requests)} />
      <Figure title="Time, at most about" value={estimate && duration(estimate.seconds * 1000)} />
      <div className="col-span-2 border-t border-line pt-3 text-xs text-ink-2">
        <dt className="font-medium text-ink">What is read</dt>
        <dd>{estimate ? readSentence(estimate) : <Skeleton className="mt-1 h-8" />}</dd>
      </div>
    </dl>
  )
}

function readSentence({ reads, contents }: InvestigationEstimate): string {
  const envelopes =
    reads === 'envelopes'
      ? 'Microsoft picks the candidates; of them sender, recipients, subject and folder are read.'
      : 'Microsoft cannot pick candidates by these conditions: every message is listed by its envelope.'
  return contents
    ? `${envelopes} The content of those that may match is read in memory and not kept.`
    : `${envelopes} No content is read.`
}

function Figure({ title, value }: { title: string; value: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-ink-3">{title}</dt>
      <dd className="text-lg font-semibold">{value ?? <Skeleton className="h-6 w-16" />}</dd>
    </div>
  )
}
