import type { Facet } from '@cordon/api'
import { ChevronDown, ChevronRight, Minus, Plus, X } from 'lucide-react'
import { useState } from 'react'

import { senseOf, type Sense } from '#lib/kql.ts'
import { count, number } from '#lib/words.ts'
import { SkeletonRows } from '#parts/panel.tsx'
import { RowButton } from '#parts/row-button.tsx'

interface Props {
  field: string
  /** Undefined while it is being loaded. */
  facet: Facet | undefined
  query: string
  /** Whether many values are shown. */
  isLong: boolean
  onLong: () => void
  onTerm: (field: string, value: unknown, sense: Sense) => void
  onRemove: () => void
}

/** One field with its values, how often each is there, and which the query asks for. */
export function FacetValues({ field, facet, query, isLong, onLong, onTerm, onRemove }: Props) {
  const [isOpen, setOpen] = useState(true)
  const Arrow = isOpen ? ChevronDown : ChevronRight
  const most = facet?.values[0]?.count ?? 1
  const more = facet === undefined ? 0 : facet.distinct - facet.values.length
  return (
    <section aria-label={field} className="group/facet">
      <h3 className="relative flex items-center">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="flex h-7 min-w-0 flex-1 items-center gap-1 rounded px-1 text-left text-xs font-medium text-ink-2 hover:bg-sunken"
        >
          <Arrow aria-hidden className="size-3.5 shrink-0 text-ink-3" />
          <span className="truncate font-mono" title={field}>
            {field}
          </span>
          {facet !== undefined && facet.distinct > 0 && (
            <span className="ml-auto shrink-0 font-normal text-ink-3 group-focus-within/facet:invisible group-hover/facet:invisible">
              {number(facet.distinct)}
            </span>
          )}
        </button>
        <span className="absolute right-0 opacity-0 group-focus-within/facet:opacity-100 group-hover/facet:opacity-100">
          <RowButton label={`Without the facet ${field}`} onClick={onRemove} Icon={X} />
        </span>
      </h3>
      {isOpen && !facet && <SkeletonRows rows={3} />}
      {isOpen && facet && (
        <ul className="mb-2">
          {facet.values.map(({ value, count: events }) => (
            <Value
              key={value}
              field={field}
              value={value}
              events={events}
              share={events / most}
              sense={senseOf(query, field, value)}
              onTerm={onTerm}
            />
          ))}
          {facet.values.length === 0 && <li className="px-1 pl-5 text-xs text-ink-3">no event has it</li>}
          {(more > 0 || isLong) && (
            <li>
              <button
                type="button"
                onClick={onLong}
                className="h-6 rounded px-1 pl-5 text-xs text-accent hover:underline max-sm:h-9"
              >
                {isLong ? 'Fewer' : `${count(more, 'other value')}…`}
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  )
}

interface ValueProps {
  field: string
  value: string
  events: number
  /** Of the most frequent value. */
  share: number
  sense: Sense | undefined
  onTerm: Props['onTerm']
}

function Value({ field, value, events, share, sense, onTerm }: ValueProps) {
  const look = { in: 'font-medium text-accent', out: 'text-ink-3 line-through' }
  return (
    <li className="group relative flex h-7 items-center gap-1 rounded pr-0.5 pl-5 text-xs hover:bg-sunken max-sm:h-10">
      <span
        aria-hidden
        className="absolute bottom-0.5 left-5 h-[3px] rounded-sm bg-accent/35"
        style={{ width: `calc(${Math.max(1, share * 100)}% - ${share * 24}px)` }}
      />
      <button
        type="button"
        title={`${field} : ${value}`}
        aria-pressed={sense === 'in'}
        onClick={() => onTerm(field, value, 'in')}
        className={`relative min-w-0 flex-1 truncate text-left max-sm:h-full ${sense ? look[sense] : ''}`}
      >
        {value === '' ? '(empty)' : value}
      </button>
      <span className="relative text-ink-3 pointer-fine:group-focus-within:hidden pointer-fine:group-hover:hidden">
        {number(events)}
      </span>
      <span className="relative hidden group-focus-within:flex group-hover:flex pointer-coarse:flex">
        <RowButton label={`Only ${value}`} onClick={() => onTerm(field, value, 'in')} Icon={Plus} />
        <RowButton label={`Without ${value}`} onClick={() => onTerm(field, value, 'out')} Icon={Minus} />
      </span>
    </li>
  )
}
