import type { ActivityEvent } from '#world/azure/activity-event.ts'

import { badRequest } from './errors.ts'

/**
 * The `$filter` of the activity log: a span of `eventTimestamp` and one more condition at most. Values come with quotation
 * marks (documentation) and without (Azure's command line), moments with and without a zone.
 */
export interface ActivityFilter {
  /** Milliseconds, both included. */
  from: number
  to: number
  matches: (event: ActivityEvent) => boolean
}

/** What else can be asked for, in lower case. */
const CONDITIONS: Record<string, (event: ActivityEvent, value: string) => boolean> = {
  resourcegroupname: ({ resourceGroupName }, value) => same(resourceGroupName, value),
  resourceuri: ({ resourceId }, value) => same(resourceId, value),
  resourceid: ({ resourceId }, value) => same(resourceId, value),
  resourceprovider: ({ resourceProviderName }, value) => same(resourceProviderName.value, value),
  correlationid: ({ correlationId }, value) => same(correlationId, value),
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

const COMPARISON = /\s*(\w+)\s+(\w+)\s+('(?:[^']|'')*'|[^\s']+)\s*(and\s+|$)/iy

/** @throws AzureError 400. */
export function readActivityFilter(text: string | undefined): ActivityFilter {
  if (text === undefined || text.trim() === '')
    throw badRequest('The $filter query parameter is required, with a start time: eventTimestamp ge …')
  const filter = { from: -Infinity, to: Infinity }
  let matches: ActivityFilter['matches'] | undefined
  for (const { name, operator, value } of comparisonsIn(text)) {
    const condition = CONDITIONS[name.toLowerCase()]
    if (same(name, 'eventTimestamp')) narrow(filter, operator, readMoment(value), text)
    // Every record here is of the channels that this asks for.
    else if (same(name, 'eventChannels') && same(operator, 'eq')) continue
    else if (condition && same(operator, 'eq') && !matches) matches = (event) => condition(event, value)
    else throw invalid(text)
  }
  if (filter.from === -Infinity) throw badRequest(`The filter '${text}' has no start time: eventTimestamp ge …`)
  if (filter.from > filter.to) throw badRequest('The start time is later than the end time.')
  return { ...filter, matches: matches ?? (() => true) }
}

function* comparisonsIn(text: string) {
  COMPARISON.lastIndex = 0
  let more = true
  while (more) {
    const found = COMPARISON.exec(text)
    if (!found) throw invalid(text)
    const [, name = '', operator = '', value = '', and = ''] = found
    yield { name, operator, value: value.startsWith("'") ? value.slice(1, -1).replaceAll("''", "'") : value }
    more = and !== ''
  }
}

function narrow(filter: { from: number; to: number }, operator: string, moment: number, text: string): void {
  if (same(operator, 'ge')) filter.from = Math.max(filter.from, moment)
  else if (same(operator, 'le')) filter.to = Math.min(filter.to, moment)
  else throw invalid(text)
}

/** A moment without a zone is UTC. */
function readMoment(text: string): number {
  const zoned = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) || !text.includes('T') ? text : `${text}Z`
  const moment = Date.parse(zoned)
  if (Number.isNaN(moment)) throw badRequest(`The time '${text}' in $filter cannot be read.`)
  return moment
}

const invalid = (text: string) => badRequest(`The filter '${text}' is not supported.`)
