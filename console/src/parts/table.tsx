import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
  type SortingState,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'

import { useHotkeys } from '#lib/hotkeys.ts'

/**
 * The one table of the console: only the rows in sight exist, heads stay, columns that do not fit are left out (the page
 * decides which ones matter), and it can be walked with j, k and Enter.
 */
export interface Column<Row> {
  id: string
  title: string
  /** CSS grid track: `140px`, `minmax(0, 1fr)`. */
  track: string
  /** Shown only where the table is at least this wide, px. */
  from?: number
  cell: (row: Row) => ReactNode
  /** Makes the column sortable. */
  sortBy?: (row: Row) => string | number
}

/** Rows that can be ticked: which are, and how one row and all of them are called. */
interface Selection<Row> {
  selected: ReadonlySet<string>
  onChange: (selected: ReadonlySet<string>) => void
  noun: string
  nameOf: (row: Row) => string
}

interface Props<Row> {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  idOf: (row: Row) => string
  empty?: ReactNode
  /** Row that is open beside the table. */
  activeId?: string | undefined
  onOpen?: (row: Row) => void
  selection?: Selection<Row>
  /** Called when the last rows come into sight. */
  onEnd?: () => void
  /** Fill the parent instead of growing up to a part of the window. */
  fill?: boolean
  rowHeight?: number
  /** A row where there is no room for columns: two lines in one cell. */
  compact?: (row: Row) => ReactNode
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
})
const HEAD_PX = 33
const CHECKBOX_TRACK = '36px'
const COMPACT_BELOW_PX = 560
const COMPACT_ROW_PX = 58

export function Table<Row extends object>(props: Props<Row>) {
  const { label, rows, columns, idOf, empty, activeId, onOpen, selection, onEnd, fill, compact } = props
  const [cursor, setCursor] = useState<string>()
  const [sorting, setSorting] = useState<SortingState>([])
  const [width, setWidth] = useState(1000)
  const isCompact = compact !== undefined && width < COMPACT_BELOW_PX
  const rowHeight = isCompact ? COMPACT_ROW_PX : (props.rowHeight ?? 32)
  const scroller = useRef<HTMLDivElement>(null)
  const attach = useCallback((element: HTMLDivElement) => {
    scroller.current = element
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const definitions = useMemo(
    () =>
      columns.map(({ id, sortBy }) => ({
        id,
        accessorFn: (row: Row) => sortBy?.(row) ?? '',
        enableSorting: sortBy !== undefined,
        sortFn: 'basic' as const,
      })),
    [columns],
  )
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: idOf,
    state: { sorting },
    onSortingChange: setSorting,
  })
  const ordered = table.getRowModel().rows

  // It keeps its own state and re-renders this component by itself.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => ordered[index]!.id,
    overscan: 24,
  })
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  const items = virtualizer.getVirtualItems()
  const isAtEnd = items.at(-1)?.index === ordered.length - 1
  useEffect(() => {
    if (isAtEnd) onEnd?.()
  }, [isAtEnd, ordered.length, onEnd])

  const at = ordered.findIndex((row) => row.id === (cursor ?? activeId))
  const move = (step: number) => {
    const index = Math.min(ordered.length - 1, Math.max(0, at + step))
    const next = ordered[index]
    if (next === undefined) return
    setCursor(next.id)
    virtualizer.scrollToIndex(index, { align: 'auto' })
    // The row may only exist after the scroll. With the focus on it, Enter is meant for the row.
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index='${index}']`)?.focus({ preventScroll: true }),
    )
    if (activeId !== undefined) onOpen?.(next.original)
  }
  const tick = (ids: string[], on: boolean) => {
    const selected = new Set(selection?.selected)
    for (const id of ids) {
      if (on) selected.add(id)
      else selected.delete(id)
    }
    selection?.onChange(selected)
  }
  useHotkeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: () => ordered[at] && onOpen?.(ordered[at].original),
    x: () => ordered[at] && tick([ordered[at].id], !selection?.selected.has(ordered[at].id)),
  })

  if (rows.length === 0 && empty) return empty
  const shown: Column<Row>[] = isCompact
    ? [{ id: 'compact', title: label, track: 'minmax(0, 1fr)', cell: compact }]
    : columns.filter((column) => width >= (column.from ?? 0))
  const gridTemplateColumns = [...(selection ? [CHECKBOX_TRACK] : []), ...shown.map((column) => column.track)].join(' ')
  const ticked = ordered.filter((row) => selection?.selected.has(row.id)).length
  const height = `min(${HEAD_PX + ordered.length * rowHeight}px, max(320px, calc(100dvh - 230px)))`
  return (
    <div
      ref={attach}
      className={`relative overflow-auto overscroll-contain ${fill ? 'h-full' : ''}`}
      style={fill ? undefined : { height }}
    >
      <table aria-label={label} aria-rowcount={ordered.length + 1} className="block">
        <thead className="sticky top-0 z-10 block border-b border-line bg-surface">
          <tr
            aria-rowindex={1}
            className="grid h-8 items-center px-3 text-xs text-ink-3"
            style={{ gridTemplateColumns }}
          >
            {selection && (
              <th className="text-left">
                <input
                  type="checkbox"
                  aria-label={`Select all ${selection.noun}`}
                  checked={ticked > 0 && ticked === ordered.length}
                  ref={(box) => {
                    if (box) box.indeterminate = ticked > 0 && ticked < ordered.length
                  }}
                  onChange={(event) =>
                    tick(
                      ordered.map((row) => row.id),
                      event.target.checked,
                    )
                  }
                  className="block size-4"
                />
              </th>
            )}
            {shown.map((column) => (
              <Head
                key={column.id}
                title={column.title}
                direction={(column.sortBy && table.getColumn(column.id)?.getIsSorted()) || undefined}
                onSort={column.sortBy ? () => table.getColumn(column.id)?.toggleSorting() : undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = ordered[item.index]!
            const isActive = row.id === activeId
            return (
              // With the keyboard one opens a row by Enter on the cursor, or by the link in it.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <tr
                key={item.key}
                data-index={item.index}
                tabIndex={-1}
                aria-rowindex={item.index + 2}
                aria-current={isActive ? 'true' : undefined}
                onClick={(event) => {
                  if (!onOpen || (event.target as Element).closest('a, button, input')) return
                  setCursor(row.id)
                  onOpen(row.original)
                }}
                className={`absolute inset-x-0 grid items-center border-b border-line px-3 text-sm outline-none ${onOpen ? 'cursor-pointer' : ''} ${isActive ? 'bg-accent-soft' : 'hover:bg-sunken/60'} ${row.id === cursor ? 'shadow-[inset_3px_0_0_var(--color-accent)]' : ''}`}
                style={{ gridTemplateColumns, height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {selection && (
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Select ${selection.nameOf(row.original)}`}
                      checked={selection.selected.has(row.id)}
                      onChange={(event) => tick([row.id], event.target.checked)}
                      className="block size-4"
                    />
                  </td>
                )}
                {shown.map((column) => (
                  <td key={column.id} className="min-w-0 truncate pr-3">
                    {column.cell(row.original)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface HeadProps {
  title: string
  direction: 'asc' | 'desc' | undefined
  onSort: (() => void) | undefined
}

function Head({ title, direction, onSort }: HeadProps) {
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
