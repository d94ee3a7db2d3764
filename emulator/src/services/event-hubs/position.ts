import { invalidFilter, invalidPosition } from './errors.ts'
import type { Partition } from './partition.ts'

/** Where a reader begins, as the expression of its filter says. */
const EXPRESSION =
  /^\s*amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)\s*(>=?)\s*(?:'([^']*)'|([^\s']+))\s*$/i

const LATEST = '@latest'
const FROM_START = '-1'

/**
 * The sequence number of the first event to read. Without an expression it is the oldest there is; `-1` is before
 * everything, `@latest` after.
 *
 * @throws HubError `com.microsoft:argument-error` for an expression that cannot be read, or a position beyond the last event.
 */
export function firstToRead(expression: string | undefined, partition: Partition): number {
  if (expression === undefined) return partition.begin
  const [, what, operator, quoted, bare] = EXPRESSION.exec(expression) ?? []
  const value = quoted ?? bare ?? ''
  if (value === LATEST) return partition.next
  if (value === FROM_START) return partition.begin
  if (!what || !/^\d{1,18}$/.test(value)) throw invalidFilter(expression)
  const least = Number(value)
  const isAfter = (number: number) => (operator === '>=' ? number >= least : number > least)
  const { last } = partition
  switch (what.toLowerCase()) {
    case 'offset':
      if (least > Number(last?.offset ?? -1)) throw invalidPosition('offset', value, last?.offset ?? '-1')
      return partition.find(({ offset }) => isAfter(Number(offset)))
    case 'sequence-number':
      if (least > (last?.sequence ?? -1)) throw invalidPosition('sequence number', value, String(last?.sequence ?? -1))
      return partition.find(({ sequence }) => isAfter(sequence))
    default:
      return partition.find(({ enqueuedAt }) => isAfter(enqueuedAt))
  }
}
