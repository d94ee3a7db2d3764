import { memo, type MouseEvent } from 'react'

import type { Column } from './grid.tsx'
import { Skeleton } from './panel.tsx'

interface Props<Row> {
  index: number
  /** Undefined while it is being loaded. */
  row: Row | undefined
  columns: readonly Column<Row>[]
  gridTemplateColumns: string
  /** Px from the top of the list, and high. */
  start: number
  height: number
  isActive: boolean
  isCursor: boolean
  /** What the checkbox is called; absent where rows cannot be ticked. */
  tickLabel: string | undefined
  isTicked: boolean
  onTick: (row: Row, on: boolean) => void
  /** Absent where a row is no way to anything. */
  onOpen: ((row: Row, index: number) => void) | undefined
}

/** One row; while one scrolls, only those that come into sight are drawn. */
export const GridRow = memo(function GridRow<Row extends object>(props: Props<Row>) {
  const { index, row, columns, gridTemplateColumns, start, height, isActive, isCursor, onOpen } = props
  const open = (event: MouseEvent) => {
    if (!onOpen || !row || (event.target as Element).closest('a, button, input')) return
    onOpen(row, index)
  }
  return (
    // With the keyboard one opens a row by Enter on the cursor, or by the link in it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <tr
      data-index={index}
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-current={isActive ? 'true' : undefined}
      aria-busy={row === undefined}
      onClick={open}
      className={`absolute inset-x-0 grid items-center border-b border-line px-3 text-sm outline-none ${onOpen ? 'cursor-pointer' : ''} ${isActive ? 'bg-accent-soft' : 'hover:bg-sunken/60'} ${isCursor ? 'shadow-[inset_3px_0_0_var(--color-accent)]' : ''}`}
      style={{ gridTemplateColumns, height, transform: `translateY(${start}px)` }}
    >
      {props.tickLabel !== undefined && (
        <td>
          {row && (
            <input
              type="checkbox"
              aria-label={props.tickLabel}
              checked={props.isTicked}
              onChange={(event) => props.onTick(row, event.target.checked)}
              className="block size-4"
            />
          )}
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className="min-w-0 truncate pr-3">
          {row ? column.cell(row) : <Skeleton className="h-3.5 w-2/3" />}
        </td>
      ))}
    </tr>
  )
}) as <Row extends object>(props: Props<Row>) => React.JSX.Element
