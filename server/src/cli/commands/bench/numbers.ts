import { InvalidArgumentError } from 'commander'

/** An option that is a whole number. */
export function count(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

/** Three significant digits. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}

/** The value that `percent` of all are not above: of ten, the 95th is the largest. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!
}

export const median = (values: readonly number[]): number => percentile(values, 50)

/** By how much values one step apart grow a step: of the straight line that lies closest to them. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const spread = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  return spread === 0 ? 0 : values.reduce((sum, value, at) => sum + value * (at - middle), 0) / spread
}
