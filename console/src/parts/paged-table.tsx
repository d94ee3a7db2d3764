import { Grid, type GridLook } from './grid.tsx'

interface Props<Row> extends GridLook<Row> {
  /** Of the whole list. */
  total: number
  rowAt: (index: number) => Row | undefined
  onRange: (first: number, last: number) => void
  /** Whether the reader has left the top. */
  onAway?: (isAway: boolean) => void
}

/** A table whose rows come page by page as they come into sight (lib/paged-rows.ts), in the order that the server gives. */
export function PagedTable<Row extends object>({ total, ...rest }: Props<Row>) {
  return <Grid {...rest} rows={total} keyOf={String} />
}
