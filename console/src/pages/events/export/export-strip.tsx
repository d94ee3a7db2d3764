import { Check, X } from 'lucide-react'

import { duration, useNow } from '#lib/time.ts'
import { bytesWords, number } from '#lib/words.ts'
import { Button, IconButton } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { ProgressBar } from '#parts/progress.tsx'

import type { ExportRun } from './use-export.ts'

/** How far the export is, below the table: it goes on while one reads. */
export function ExportStrip({ run, onDismiss }: { run: ExportRun; onDismiss: () => void }) {
  if (run.state === 'failed') {
    return (
      <div className="flex items-start gap-2 border-t border-line bg-surface p-3">
        <div className="min-w-0 flex-1">
          <ProblemBanner error={run.error} />
        </div>
        <IconButton label="Dismiss" onClick={onDismiss}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
    )
  }
  return (
    <output
      aria-label="Export"
      className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line bg-surface px-3 py-1.5 text-sm"
    >
      {run.state === 'done' ? <Done run={run} /> : <Running run={run} />}
      {run.state === 'done' ? (
        <IconButton label="Dismiss" onClick={onDismiss}>
          <X aria-hidden className="size-4" />
        </IconButton>
      ) : (
        <Button onClick={onDismiss}>Stop</Button>
      )}
    </output>
  )
}

function Done({ run: { name, bytes, total } }: { run: ExportRun }) {
  return (
    <>
      <Check aria-hidden className="size-4 text-good" />
      <span className="min-w-0 flex-1 truncate">
        <span className="font-medium">{name}</span>{' '}
        <span className="text-ink-3">
          {number(total)} events, {bytesWords(bytes)}
        </span>
      </span>
    </>
  )
}

function Running({ run: { format, rows, total, bytes, startedAt } }: { run: ExportRun }) {
  const now = useNow(1000)
  const fraction = rows === undefined || total === 0 ? undefined : Math.min(1, rows / total)
  const left = fraction ? ((now - startedAt) / fraction) * (1 - fraction) : undefined
  return (
    <>
      <span className="font-medium">
        Exporting {format === 'ndjson' ? 'NDJSON' : format === 'csv' ? 'CSV' : 'Parquet'}
      </span>
      {fraction !== undefined && (
        <span className="w-40 max-sm:w-full">
          <ProgressBar fraction={fraction} label="Export" />
        </span>
      )}
      <span className="min-w-0 flex-1 truncate text-ink-2">
        {rows !== undefined && `${number(Math.min(rows, total))} of `}
        {number(total)} events · {bytesWords(bytes)}
        {left !== undefined && left > 1000 && ` · ${duration(left)} left`}
      </span>
    </>
  )
}
