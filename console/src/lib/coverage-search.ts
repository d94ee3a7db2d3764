/** What the coverage page shows: so many days, of one connection or all, with one feed and one window opened. */
export interface CoverageSearch {
  days?: 7 | 30
  connection?: string
  /** `<connection id> <feed id>` */
  open?: string
  /** Where the chosen window begins, ISO. */
  at?: string
}

export function parseCoverageSearch(search: Record<string, unknown>): CoverageSearch {
  const text = (name: string) => (typeof search[name] === 'string' && search[name] !== '' ? search[name] : undefined)
  const days = [7, 30].find((each) => each === Number(search['days'])) as 7 | 30 | undefined
  const [connection, open, at] = [text('connection'), text('open'), text('at')]
  return { ...(days && { days }), ...(connection && { connection }), ...(open && { open }), ...(at && { at }) }
}
