import { Columns3, ListFilter } from 'lucide-react'
import type { ReactNode } from 'react'

import { DEFAULT_COLUMNS } from '#lib/event-search.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import type { TimeRange } from '#lib/time-range.ts'
import { count, number } from '#lib/words.ts'
import { FieldChooser } from '#pages/events/field-chooser.tsx'
import { Button } from '#parts/button.tsx'

import { columnTitle } from './columns.tsx'
import { TimeSteps } from './time-steps.tsx'

interface Props {
  tenantId: string
  range: TimeRange
  onRange: (range: TimeRange) => void
  total: number | undefined
  tookMs: number | undefined
  isBusy: boolean
  columns: readonly string[]
  onColumns: (columns: string[]) => void
  /** Opens the facets where there is no place for them beside the table. */
  onFacets: () => void
  /** What is new. */
  children: ReactNode
}

const MOST_COLUMNS = 30

/** How much was found, and how it is shown. */
export function ResultBar({
  tenantId,
  range,
  onRange,
  total,
  tookMs,
  isBusy,
  columns,
  onColumns,
  onFacets,
  children,
}: Props) {
  const { facets } = usePreferences()
  const isDefault = columns.join() === DEFAULT_COLUMNS.join()
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-2 px-3 text-sm text-ink-2">
      <Button
        look="quiet"
        className="-ml-2 max-md:hidden"
        aria-pressed={facets === 'open'}
        onClick={() => setPreferences({ facets: facets === 'open' ? 'folded' : 'open' })}
      >
        <ListFilter aria-hidden className="size-4" /> Facets
      </Button>
      <Button look="quiet" className="-ml-2 md:hidden" onClick={onFacets}>
        <ListFilter aria-hidden className="size-4" /> Facets
      </Button>
      <output
        className="min-w-0 flex-1 truncate"
        title={tookMs === undefined ? undefined : `Found in ${number(tookMs)} ms`}
      >
        {total !== undefined && <span className="font-medium text-ink">{count(total, 'event')}</span>}
        {isBusy && <span className="text-ink-3">{total === undefined ? 'Searching…' : ' · searching…'}</span>}
      </output>
      {children}
      <TimeSteps range={range} onRange={onRange} />
      <FieldChooser
        tenantId={tenantId}
        label="Columns"
        chosen={columns}
        most={MOST_COLUMNS}
        titleOf={columnTitle}
        onChange={onColumns}
        onReset={isDefault ? undefined : () => onColumns([])}
        trigger={
          <Button look="quiet" className="-mr-2 max-sm:hidden">
            <Columns3 aria-hidden className="size-4" /> Columns
          </Button>
        }
      />
    </div>
  )
}
