import type { CreateInvestigationInput, InvestigationDuration, MailFilter, MailTargets } from '@cordon/api'

import { draftGroup, firstValue, groupOf, narrows, newCondition, type DraftGroup } from './filter-draft.ts'
import type { HuntPrefill } from './hunt-prefill.ts'

/** An investigation while it is being written: every way of saying where and when is kept, so that none is lost by a look at another. */
export interface InvestigationDraft {
  name: string
  where: DraftGroup
  /** As a datetime-local input has it: local time without zone. */
  receivedFrom: string
  receivedTo: string
  targets: MailTargets['kind']
  /** One a line. */
  named: Record<NamedTargets, string>
  duration: InvestigationDuration['kind']
  until: string
  quietDays: string
  scan: boolean
  followUp: boolean
}

export type NamedTargets = Exclude<MailTargets['kind'], 'all'>

/** A draft with what was handed over filled in; one empty condition where nothing was. */
export function draftFrom({ filter, name = '' }: HuntPrefill): InvestigationDraft {
  const where = draftGroup(filter?.where ?? { logic: 'and', conditions: [] })
  return {
    name: name.slice(0, 200),
    where: where.conditions.length > 0 ? where : { ...where, conditions: [newCondition()] },
    receivedFrom: localTime(filter?.receivedFrom),
    receivedTo: localTime(filter?.receivedTo),
    targets: 'all',
    named: { users: '', groups: '', departments: '' },
    duration: 'once',
    until: '',
    quietDays: '14',
    scan: false,
    // Of what was reported, or raised an alert, one wants to know who fell for it.
    followUp: filter !== undefined,
  }
}

/** `iso` as a datetime-local input takes it. */
export function localTime(iso: string | undefined): string {
  if (iso === undefined) return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

/** The filter as the server takes it: without what is blank, local times as ISO in UTC. */
export function filterOf({ where, receivedFrom, receivedTo }: InvestigationDraft): MailFilter {
  const from = isoOf(receivedFrom)
  const to = isoOf(receivedTo)
  return { where: groupOf(where), ...(from && { receivedFrom: from }), ...(to && { receivedTo: to }) }
}

function isoOf(local: string): string | undefined {
  const time = Date.parse(local)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

/** What is asked of the server; undefined while something that it needs is missing. */
export function requestOf(draft: InvestigationDraft): Omit<CreateInvestigationInput, 'name'> | undefined {
  const filter = filterOf(draft)
  const targets = targetsOf(draft)
  const duration = durationOf(draft)
  if (!narrows(filter.where) || targets === undefined || duration === undefined) return undefined
  const method = draft.scan ? 'scan' : 'auto'
  return { filter, targets, duration, method, ...(draft.followUp && { followUp: true }) }
}

function targetsOf({ targets, named }: InvestigationDraft): MailTargets | undefined {
  if (targets === 'all') return { kind: 'all' }
  const names = [...new Set(named[targets].split(/[\n;]+/).map((name) => name.trim()))].filter(Boolean)
  if (names.length === 0) return undefined
  if (targets === 'users')
    return { kind: 'users', users: names.flatMap((line) => line.split(/[\s,]+/)).filter(Boolean) }
  return targets === 'groups' ? { kind: 'groups', groups: names } : { kind: 'departments', departments: names }
}

function durationOf({ duration, until, quietDays }: InvestigationDraft): InvestigationDuration | undefined {
  if (duration === 'once') return { kind: 'once' }
  if (duration === 'until') {
    const moment = isoOf(until)
    return moment === undefined ? undefined : { kind: 'until', until: moment }
  }
  const days = Number(quietDays)
  return Number.isInteger(days) && days >= 1 && days <= 365 ? { kind: 'standing', quietDays: days } : undefined
}

/** What an investigation is called when nobody named it. */
export function nameOf(filter: MailFilter): string {
  const value = firstValue(filter)
  return value === undefined ? 'Investigation' : `Hunt: ${value}`.slice(0, 200)
}
