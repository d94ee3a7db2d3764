import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from 'react'

import { useHotkeys } from '#lib/hotkeys.ts'

import { GridRow } from './grid-row.tsx'
import { Head } from './table-head.tsx'

/**
 * What all tables of the console look like and how they are walked: only the rows in sight exist, heads stay, columns that do
 * not fit are left out (the page decides which ones matter), and j, k, Enter and x do what they say under “?”.
 */
export interface Column<Row> {
  id: string
  title: string
  /** CSS grid track: `140px`, `minmax(0, 1fr)`. */
  track: string
  /** What it needs at least: where all columns say so, the table scrolls sideways rather than to squeeze them. */
  px?: number
  /** Shown only where the table is at least this wide, px. */
  from?: number
  cell: (row: Row) => ReactNode
  /** Makes the column sortable, where the table has all its rows. */
  sortBy?: (row: Row) => string | number
}

/** Rows that can be ticked: which are, and how one row and all of them are called. */
export interface RowSelection<Row> {
  isSelected: (row: Row) => boolean
  onSelect: (row: Row, on: boolean) => void
  /** Of all rows, those not in sight included. */
  selected: 'all' | 'some' | 'none'
  onSelectAll: (on: boolean) => void
  noun: string
  nameOf: (row: Row) => string
}

export interface SortState {
  direction: 'asc' | 'desc' | undefined
  onSort: () => void
}

/** How a table looks and what happens in it. */
export interface GridLook<Row> {
  label: string
  columns: readonly Column<Row>[]
  onOpen?: (row: Row) => void
  /** A row where there is no room for columns: two lines in one cell. */
  compact?: (row: Row) => ReactNode
  /** Px. */
  compactHeight?: number
  /** Fill the parent instead of growing up to a part of the window. */
  fill?: boolean
  rowHeight?: number
  selection?: RowSelection<Row>
  /** Makes columns resizable; px that somebody chose for one. */
  onResize?: (columnId: string, px: number) => void
}

interface Props<Row> extends GridLook<Row> {
  rows: number
  /** Undefined while it is being loaded. */
  rowAt: (index: number) => Row | undefined
  keyOf: (index: number) => string
  /** Row that is open beside the table; -1 or absent: none. */
  activeIndex?: number
  /** Absent where the column cannot be sorted. */
  sortOf?: (column: Column<Row>) => SortState | undefined
  /** Rows in sight, and some around them. */
  onRange?: (first: number, last: number) => void
  /** Whether the reader has left the top. */
  onAway?: (isAway: boolean) => void
}

const HEAD_PX = 33
/** Padding of a row, as `px-3`. */
const SIDE_PX = 12
const CHECKBOX_TRACK = '36px'
const COMPACT_BELOW_PX = 560
const COMPACT_ROW_PX = 58

export function Grid<Row extends object>(props: Props<Row>) {
  const {
    label,
    rows,
    rowAt,
    keyOf,
    columns,
    activeIndex = -1,
    onOpen,
    selection,
    sortOf,
    onRange,
    onAway,
    onResize,
    fill,
    compact,
  } = props
  const [cursor, setCursor] = useState<number>()
  const [width, setWidth] = useState(1000)
  const isCompact = compact !== undefined && width < COMPACT_BELOW_PX
  const rowHeight = isCompact ? (props.compactHeight ?? COMPACT_ROW_PX) : (props.rowHeight ?? 32)
  const scroller = useRef<HTMLDivElement>(null)
  const attach = useCallback((element: HTMLDivElement) => {
    scroller.current = element
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // It keeps its own state and re-renders this component by itself.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 24,
  })
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  const tellRange = useEffectEvent((from: number, to: number) => onRange?.(from, to))
  useEffect(() => {
    tellRange(first, last)
  }, [first, last, rows])

  const at = cursor ?? activeIndex
  const current = at < 0 ? undefined : rowAt(at)
  const focusRow = (index: number) => {
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index='${index}']`)
    row?.focus({ preventScroll: true })
    return row != null
  }
  const move = (step: number) => {
    const index = Math.min(rows - 1, Math.max(0, at + step))
    if (index < 0) return
    setCursor(index)
    virtualizer.scrollToIndex(index, { align: 'auto' })
    // With the focus on the row, Enter is meant for the row, and not for what was clicked before; so it is moved at once
    // where the row is there already, since somebody who presses j and Enter does not wait for a frame.
    if (!focusRow(index)) requestAnimationFrame(() => focusRow(index))
    const next = rowAt(index)
    if (activeIndex >= 0 && next !== undefined) onOpen?.(next)
  }
  useHotkeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: () => current && onOpen?.(current),
    x: () => current && selection?.onSelect(current, !selection.isSelected(current)),
  })

  const shown = useMemo(
    (): readonly Column<Row>[] =>
      isCompact
        ? [{ id: 'compact', title: label, track: 'minmax(0, 1fr)', cell: compact }]
        : columns.filter((column) => width >= (column.from ?? 0)),
    [isCompact, label, compact, columns, width],
  )
  const select = selection?.onSelect
  const tick = useCallback((row: Row, on: boolean) => select?.(row, on), [select])
  const open = useCallback(
    (row: Row, index: number) => {
      setCursor(index)
      onOpen?.(row)
    },
    [onOpen],
  )
  const gridTemplateColumns = [...(selection ? [CHECKBOX_TRACK] : []), ...shown.map((column) => column.track)].join(' ')
  const needs = isCompact ? [] : shown.map((column) => column.px ?? Number.NaN)
  const minWidth = needs.reduce((sum, px) => sum + px, 2 * SIDE_PX)
  // One cell needs no head but for its checkbox.
  const isHeadless = isCompact && selection === undefined
  const height = `min(${(isHeadless ? 1 : HEAD_PX) + rows * rowHeight}px, max(320px, calc(100dvh - 230px)))`
  return (
    <div
      ref={attach}
      onScroll={(event) => onAway?.(event.currentTarget.scrollTop > 0)}
      className={`relative overflow-auto overscroll-contain ${fill ? 'h-full' : ''}`}
      style={fill ? undefined : { height }}
    >
      <table
        aria-label={label}
        aria-rowcount={rows + 1}
        className="block"
        style={Number.isNaN(minWidth) ? undefined : { minWidth }}
      >
        <thead className={isHeadless ? 'sr-only' : 'sticky top-0 z-10 block border-b border-line bg-surface'}>
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
                  checked={selection.selected === 'all'}
                  ref={(box) => {
                    if (box) box.indeterminate = selection.selected === 'some'
                  }}
                  onChange={(event) => selection.onSelectAll(event.target.checked)}
                  className="block size-4"
                />
              </th>
            )}
            {shown.map((column) => (
              <Head
                key={column.id}
                title={column.title}
                {...(isCompact ? undefined : sortOf?.(column))}
                {...(onResize && !isCompact && { onResize: (px: number) => onResize(column.id, px) })}
              />
            ))}
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rowAt(item.index)
            return (
              <GridRow
                key={item.key}
                index={item.index}
                row={row}
                columns={shown}
                gridTemplateColumns={gridTemplateColumns}
                start={item.start}
                height={item.size}
                isActive={item.index === activeIndex}
                isCursor={item.index === cursor}
                tickLabel={selection && (row ? `Select ${selection.nameOf(row)}` : '')}
                isTicked={row !== undefined && selection?.isSelected(row) === true}
                onTick={tick}
                onOpen={onOpen && open}
              />
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
