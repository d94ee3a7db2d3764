/** What the checks of a suite came to with an engine. */
export interface Row {
  suite: string
  checks: number
  passed: number
  /** The part of the checks that must pass, 0 to 1; 0 where the specification is silent. */
  wanted: number
  failures: string[]
}

export function row(suite: string, wanted: number): Row {
  return { suite, checks: 0, passed: 0, wanted, failures: [] }
}

export function check(into: Row, isRight: boolean, failure: string): void {
  into.checks++
  if (isRight) into.passed++
  else into.failures.push(failure)
}

/** Rows of which too little passed. */
export function failing(rows: readonly Row[]): Row[] {
  return rows
    .filter(({ checks, passed, wanted }) => checks === 0 || passed < wanted * checks)
    .map((each) => ({ ...each, failures: each.failures.slice(0, 20) }))
}

/** The same suites with both engines, a line each; the percentage is that of the engine that passed less. */
export function formatTable(stream: readonly Row[], sql: readonly Row[]): string {
  const lines = stream.map(({ suite, checks, passed, wanted }, index) => {
    const other = sql[index]!
    const least = Math.min(passed / checks, other.passed / other.checks)
    return [suite, checks, passed, other.passed, `${(100 * least).toFixed(2)} %`, wanted ? `${100 * wanted} %` : '-']
  })
  return [['set', 'cases', 'stream', 'sql', 'percent', 'wanted'], ...lines]
    .map(([suite, ...cells]) => String(suite).padEnd(24) + cells.map((cell) => String(cell).padStart(10)).join(''))
    .join('\n')
}
