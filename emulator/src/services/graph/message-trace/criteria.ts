import { badRequest } from '#services/graph/errors.ts'
import { parseFilter } from '#services/graph/odata/filter.ts'
import type { Fields } from '#services/graph/odata/filter.ts'

/** What a message trace's filter asks for, in the few forms that the service understands. */
export interface Criteria {
  /** [from, to), milliseconds. */
  from: number
  to: number
  networkMessageId?: string
  internetMessageId?: string
  sender?: string
  recipient?: string
  fromIp?: string
  toIp?: string
  status?: string
  /** Tells of a subject in lower case whether it is meant. */
  subject?: (subject: string) => boolean
}

const DAY = 86_400_000
const USUAL = 2 * DAY
const LONGEST = 10 * DAY
const FARTHEST = 90 * DAY

const FIELDS: Fields = {
  id: 'string',
  receivedDateTime: 'date',
  fromIP: 'string',
  toIP: 'string',
  messageId: 'string',
  recipientAddress: 'string',
  senderAddress: 'string',
  status: 'string',
  subject: 'string',
}

const NAMES = {
  id: 'networkMessageId',
  messageId: 'internetMessageId',
  senderAddress: 'sender',
  recipientAddress: 'recipient',
  fromIP: 'fromIp',
  toIP: 'toIp',
  status: 'status',
} as const

const STATUSES = ['gettingStatus', 'pending', 'failed', 'delivered', 'expanded', 'quarantined', 'filteredAsSpam']

/**
 * The last two days unless both ends are given. @throws GraphError 400 for more than ten days, for what lies more than ninety
 * days back, and for anything but comparisons that are joined by `and`, one for each property.
 */
export function readCriteria(text: string | undefined, now: number): Criteria {
  if (!text?.trim()) return { from: now - USUAL, to: now + 1 }
  const { operators, comparisons, matches } = parseFilter(text, FIELDS, (name) =>
    badRequest(`Invalid filter clause: Could not find a property named '${name}' on type '${TYPE}'.`),
  )
  if (operators.has('or') || operators.has('not') || operators.has('in') || operators.has('ne'))
    throw badRequest('Only filters joined by and are supported, with one value for each property.')
  const bounds: { from?: number; to?: number } = {}
  const criteria: Omit<Criteria, 'from' | 'to'> = {}
  for (const { field, operator, value } of comparisons) {
    if (field === 'receivedDateTime') {
      if (typeof value !== 'number' || operator === 'eq') throw unsupported(field, operator)
      if (operator === 'ge' || operator === 'gt') bounds.from = value + (operator === 'gt' ? 1 : 0)
      else bounds.to = value + (operator === 'le' ? 1 : 0)
      continue
    }
    if (field === 'subject') continue
    if (operator !== 'eq' || typeof value !== 'string') throw unsupported(field, operator)
    const name = NAMES[field as keyof typeof NAMES]
    if (criteria[name] !== undefined) throw badRequest(`The property ${field} may be filtered by one value only.`)
    criteria[name] = value
  }
  const { status } = criteria
  if (status !== undefined && !STATUSES.some((known) => known.toLowerCase() === status.toLowerCase()))
    throw badRequest(`Invalid filter clause: '${status}' is not a status of a message trace.`)
  const window = windowOf(bounds, now)
  // Everything else holds for what is found: what is left to be asked is the subject.
  const read = (subject: string) => (field: string) =>
    field === 'subject'
      ? subject
      : field === 'receivedDateTime'
        ? (window.from + window.to) / 2
        : comparisons.find((each) => each.field === field)!.value
  const subject = comparisons.some(({ field }) => field === 'subject') && ((value: string) => matches(read(value)))
  return { ...window, ...criteria, ...(subject ? { subject } : {}) }
}

function windowOf({ from, to }: { from?: number; to?: number }, now: number): { from: number; to: number } {
  if ((from === undefined) !== (to === undefined))
    throw badRequest('The filter must give both the start and the end of receivedDateTime, or neither.')
  if (from === undefined || to === undefined) return { from: now - USUAL, to: now + 1 }
  if (from >= to) throw badRequest('The start of receivedDateTime must lie before its end.')
  if (to - from > LONGEST + 1000) throw badRequest('The range of receivedDateTime must not be longer than 10 days.')
  if (from < now - FARTHEST - DAY)
    throw badRequest('The start of receivedDateTime must not lie more than 90 days back.')
  return { from, to }
}

const TYPE = 'microsoft.graph.exchangeMessageTrace'

const unsupported = (field: string, operator: string) =>
  badRequest(`The operator ${operator} is not supported for the property ${field}.`)
