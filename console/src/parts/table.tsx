import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type SortingState,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'

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

interface Props<Row> {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  idOf: (row: Row) => string
  empty?: ReactNode
  /** Row that is open beside the table. */
  activeId?: string | undefined
  onOpen?: (row: Row) => void
  selection?: { selected: ReadonlySet<string>; onChange: (selected: ReadonlySet<string>) => void; noun: string }
  /** Called when the last rows come into sight. */
  onEnd?: () => void
  /** Fill the parent instead of growing up to a part of the window. */
  fill?: boolean
  rowHeight?: number
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns: {} })
const HEAD = 32
const CHECKBOX = '36px'

function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1000)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    if (ref.current) observer.observe(ref.current)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}

export function Table<Row extends object>(props: Props<Row>) {
  const { label, rows, columns, idOf, empty, activeId, onOpen, selection, onEnd, fill, rowHeight = 32 } = props
  const [scroller, width] = useWidth()
  const [cursor, setCursor] = useState<string>()
  const [sorting, setSorting] = useState<SortingState>([])

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
  const shown = columns.filter((column) => width >= (column.from ?? 0))
  const template = [...(selection ? [CHECKBOX] : []), ...shown.map((column) => column.track)].join(' ')

  const virtualizer = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => ordered[index]!.id,
    overscan: 24,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= 0 && last >= ordered.length - 1) onEnd?.()
  }, [last, ordered.length, onEnd])

  const at = ordered.findIndex((row) => row.id === (cursor ?? activeId))
  const move = (step: number) => {
    const next = ordered[Math.min(ordered.length - 1, Math.max(0, at + step))]
    if (next === undefined) return
    setCursor(next.id)
    virtualizer.scrollToIndex(next.index, { align: 'auto' })
    if (activeId !== undefined) onOpen?.(next.original)
  }
  const toggle = (ids: string[], on: boolean) => {
    const selected = new Set(selection?.selected)
    for (const id of ids)
      if (on) selected.add(id)
      else selected.delete(id)
    selection?.onChange(selected)
  }
  useHotkeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: () => ordered[at] && onOpen?.(ordered[at].original),
    x: () => ordered[at] && toggle([ordered[at].id], !selection?.selected.has(ordered[at].id)),
  })

  if (rows.length === 0 && empty) return empty
  const chosen = ordered.filter((row) => selection?.selected.has(row.id)).length
  return (
    <div
      ref={scroller}
      role="table"
      aria-label={label}
      aria-rowcount={ordered.length + 1}
      tabIndex={0}
      className={`relative overflow-auto overscroll-contain focus-visible:outline-offset-[-2px] ${fill ? 'h-full' : ''}`}
      style={fill ? undefined : { height: `min(${HEAD + ordered.length * rowHeight + 2}px, max(320px, 62dvh))` }}
    >
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
        <div
          role="row"
          aria-rowindex={1}
          className="grid h-8 items-center px-3 text-xs text-ink-3"
          style={{ gridTemplateColumns: template }}
        >
          {selection && (
            <div role="columnheader">
              <input
                type="checkbox"
                aria-label={`Select all ${selection.noun}`}
                checked={chosen > 0 && chosen === ordered.length}
                ref={(box) => {
                  if (box) box.indeterminate = chosen > 0 && chosen < ordered.length
                }}
                onChange={(event) =>
                  toggle(
                    ordered.map((row) => row.id),
                    event.target.checked,
                  )
                }
                className="size-4 align-middle"
              />
            </div>
          )}
          {shown.map((column) => {
            const sort = table.getColumn(column.id)
            const direction = sort?.getIsSorted()
            const aria = direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none'
            return (
              <div
                key={column.id}
                role="columnheader"
                {...(column.sortBy && { 'aria-sort': aria as 'ascending' | 'descending' | 'none' })}
                className="min-w-0 truncate pr-3 font-medium"
              >
                {column.sortBy ? (
                  <button
                    type="button"
                    onClick={() => sort?.toggleSorting()}
                    className="inline-flex items-center gap-1 rounded hover:text-ink"
                  >
                    {column.title}
                    {direction === 'asc' && <ArrowUp aria-hidden className="size-3" />}
                    {direction === 'desc' && <ArrowDown aria-hidden className="size-3" />}
                  </button>
                ) : (
                  column.title
                )}
              </div>
            )
          })}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = ordered[item.index]!
          const isActive = row.id === activeId
          const isCursor = row.id === cursor
          return (
            // The keyboard way in is Enter on the cursor (above) or the link inside the row.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              {...(activeId !== undefined && { 'aria-selected': isActive })}
              onClick={(event) => {
                if (!onOpen || (event.target as Element).closest('a, button, input')) return
                setCursor(row.id)
                onOpen(row.original)
              }}
              className={`absolute inset-x-0 grid items-center border-b border-line px-3 text-sm ${onOpen ? 'cursor-pointer' : ''} ${isActive ? 'bg-accent-soft' : 'hover:bg-sunken/60'} ${isCursor ? 'shadow-[inset_2px_0_0_var(--color-accent)]' : ''}`}
              style={{ gridTemplateColumns: template, height: item.size, transform: `translateY(${item.start}px)` }}
            >
              {selection && (
                <div role="cell">
                  <input
                    type="checkbox"
                    aria-label={`Select ${row.id}`}
                    checked={selection.selected.has(row.id)}
                    onChange={(event) => toggle([row.id], event.target.checked)}
                    className="size-4 align-middle"
                  />
                </div>
              )}
              {shown.map((column) => (
                <div key={column.id} role="cell" className="min-w-0 truncate pr-3">
                  {column.cell(row.original)}
                </div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}
