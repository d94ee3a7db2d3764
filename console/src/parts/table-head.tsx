import { ArrowDown, ArrowUp } from 'lucide-react'

interface Props {
  title: string
  direction?: 'asc' | 'desc' | undefined
  /** Absent where the column cannot be sorted. */
  onSort?: () => void
}

export function Head({ title, direction, onSort }: Props) {
  const className = 'min-w-0 truncate pr-3 text-left font-medium'
  if (onSort === undefined) return <th className={className}>{title}</th>
  const order = { asc: 'ascending', desc: 'descending', none: 'none' } as const
  return (
    <th aria-sort={order[direction ?? 'none']} className={className}>
      <button type="button" onClick={onSort} className="inline-flex items-center gap-1 rounded hover:text-ink">
        {title}
        {direction === 'asc' && <ArrowUp aria-hidden className="size-3" />}
        {direction === 'desc' && <ArrowDown aria-hidden className="size-3" />}
      </button>
    </th>
  )
}
