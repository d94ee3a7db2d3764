import type { Caller } from '#bearer.ts'

import type { Area } from './access.ts'
import type { Arguments, Declared } from './parameters.ts'
import type { Row } from './wire.ts'

/** One command of Exchange: who may run it, what it takes, what it does. */
export interface Cmdlet {
  name: string
  area: Area
  parameters: Declared
  /** Further parameters that the real one has: asking for them is no mistake, but nothing is done. */
  notBuilt?: readonly string[]
  mandatory?: readonly string[]
  run: (call: Invocation) => Result | Promise<Result>
  /** Identity that the audit record of a change names; the argument `Identity` where absent. */
  audited?: (call: Invocation) => string
}

/** A command as it is run by a caller. */
export interface Invocation extends Caller {
  given: Arguments
  /** Further pages ask the same again. */
  page: PageRequest
}

/** Which rows of an answer are wanted. */
export interface PageRequest {
  start: number
  /** From `Prefer: odata.maxpagesize`; 1000 unless smaller. */
  size: number
}

/** What a command gives back. */
export interface Result {
  rows: readonly Row[]
  warnings?: readonly string[]
  /** True where rows follow that a next link leads to. */
  more?: boolean
}

export const NOTHING: Result = { rows: [] }

const TRUNCATED =
  'There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.'
const DEFAULT_SIZE = 1000

/** The page of `all` that was asked for, no more than `ResultSize` rows; what follows is reached through a next link. */
export function paged(all: Iterable<Row>, { given, page }: Invocation): Result {
  const asked = given.number('ResultSize') ?? DEFAULT_SIZE
  const length = Math.min(asked, page.size)
  const rows: Row[] = []
  let place = 0
  for (const row of all) {
    if (place >= page.start + length)
      return { rows, more: true, ...(asked <= page.size ? { warnings: [TRUNCATED] } : {}) }
    if (place >= page.start) rows.push(row)
    place++
  }
  return { rows }
}
