import { styleText } from 'node:util'

import type { RuleProblem } from '#app/detect.ts'

/** A problem as a line for a terminal; editors jump to what stands in front. */
export function formatProblem({ file, line, column, severity, found, allowed }: RuleProblem): string {
  const color = severity === 'error' ? 'red' : 'yellow'
  return `${file}:${line}:${column}: ${styleText(color, severity)}: found ${found}; allowed: ${allowed}`
}
