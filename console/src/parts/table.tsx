import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
  type SortingState,
} from '@tanstack/react-table'
import { useMemo, useState, type ReactNode } from 'react'

import { Grid, type GridLook } from './grid.tsx'

export type { Column } from './grid.tsx'

interface Props<Row> extends GridLook<Row> {
  rows: readonly Row[]
  idOf: (row: Row) => string
  empty?: ReactNode
  /** Row that is open beside the table. */
  activeId?: string | undefined
  /** Called when the last rows come into sight. */
  onEnd?: () => void
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
})

/** A table that has all its rows, so that it can sort them. For lists that come page by page see paged-table.tsx. */
export function Table<Row extends object>({ rows, idOf, empty, activeId, onEnd, ...look }: Props<Row>) {
  const { columns } = look
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
  if (rows.length === 0 && empty) return empty
  return (
    <Grid
      {...look}
      rows={ordered.length}
      rowAt={(index) => ordered[index]?.original}
      keyOf={(index) => ordered[index]!.id}
      activeIndex={activeId === undefined ? -1 : ordered.findIndex((row) => row.id === activeId)}
      sortOf={({ id, sortBy }) => {
        const column = sortBy && table.getColumn(id)
        return column && { direction: column.getIsSorted() || undefined, onSort: () => column.toggleSorting() }
      }}
      onRange={(_, last) => {
        if (last === ordered.length - 1) onEnd?.()
      }}
    />
  )
}
