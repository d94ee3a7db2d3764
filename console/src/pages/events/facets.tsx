import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Minus, Plus } from 'lucide-react'
import { useState } from 'react'

import { tenantApi, type EventFilter } from '#lib/api.ts'
import { number } from '#lib/words.ts'
import { ProblemBanner } from '#parts/problem.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { RowButton } from '#parts/row-button.tsx'

const FIELDS = [
  { field: 'event.action', open: true },
  { field: 'user.name', open: true },
  { field: 'source.ip', open: false },
  { field: 'event.outcome', open: false },
  { field: 'event.provider', open: false },
  { field: 'event.code', open: false },
  { field: 'event.dataset', open: false },
]

type OnFilter = (field: string, value: unknown, sense: 'in' | 'out') => void

/** The most frequent values of a few fields within the search; each narrows it by one click. `yields` gives their place to an open document. */
export function Facets({ yields, ...props }: Omit<FacetProps, 'field' | 'initiallyOpen'> & { yields: boolean }) {
  return (
    <aside
      aria-label="Facets"
      className={`w-60 shrink-0 overflow-auto border-r border-line p-2 max-md:hidden ${yields ? 'max-[1700px]:hidden' : ''}`}
    >
      {FIELDS.map(({ field, open }) => (
        <Facet key={field} field={field} initiallyOpen={open} {...props} />
      ))}
    </aside>
  )
}

interface FacetProps {
  tenantId: string
  filter: EventFilter
  onFilter: OnFilter
  field: string
  initiallyOpen: boolean
}

function Facet({ tenantId, filter, onFilter, field, initiallyOpen }: FacetProps) {
  const [open, setOpen] = useState(initiallyOpen)
  const { data, error } = useQuery({
    queryKey: [tenantId, 'top', field, filter],
    queryFn: ({ signal }) => tenantApi(tenantId).topValues({ ...filter, field, limit: 8 }, signal),
    enabled: open,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const most = data?.values[0]?.count ?? 1
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="mb-1">
      <summary className="cursor-pointer rounded px-1 py-1 font-mono text-xs text-ink-2">{field}</summary>
      {error && <ProblemBanner error={error} />}
      {open && !data && !error && <SkeletonRows rows={3} />}
      <ul>
        {data?.values.map(({ value, count }) => (
          <li key={value} className="group relative flex h-7 items-center gap-1 rounded px-1 text-xs hover:bg-sunken">
            <span
              aria-hidden
              className="absolute inset-y-1 left-0 rounded-sm bg-accent-soft"
              style={{ width: `${Math.max(2, (count / most) * 100)}%` }}
            />
            <button
              type="button"
              title={`Only ${field} : ${value}`}
              onClick={() => onFilter(field, value, 'in')}
              className="relative min-w-0 flex-1 truncate text-left"
            >
              {value}
            </button>
            <span className="relative text-ink-3 group-focus-within:hidden group-hover:hidden">{number(count)}</span>
            <span className="relative hidden group-focus-within:flex group-hover:flex">
              <RowButton label={`Only ${value}`} onClick={() => onFilter(field, value, 'in')} Icon={Plus} />
              <RowButton label={`Without ${value}`} onClick={() => onFilter(field, value, 'out')} Icon={Minus} />
            </span>
          </li>
        ))}
        {data?.values.length === 0 && <li className="px-1 text-xs text-ink-3">no values</li>}
      </ul>
    </details>
  )
}
