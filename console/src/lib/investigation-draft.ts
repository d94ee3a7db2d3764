import type { MailFilter } from '@cordon/api'

import { draftGroup, firstValue, groupOf, newCondition, type DraftGroup } from './filter-draft.ts'
import type { HuntPrefill } from './hunt-prefill.ts'

export interface InvestigationDraft {
  name: string
  where: DraftGroup
  /** As a datetime-local input has it: local time without zone. */
  receivedFrom: string
  receivedTo: string
  everyone: boolean
  users: string
}

/** A draft with what was handed over filled in; one empty condition where nothing was. */
export function draftFrom({ filter, name = '' }: HuntPrefill): InvestigationDraft {
  const where = draftGroup(filter?.where ?? { logic: 'and', conditions: [] })
  return {
    name: name.slice(0, 200),
    where: where.conditions.length > 0 ? where : { ...where, conditions: [newCondition()] },
    receivedFrom: localTime(filter?.receivedFrom),
    receivedTo: localTime(filter?.receivedTo),
    everyone: true,
    users: '',
  }
}

function localTime(iso: string | undefined): string {
  if (iso === undefined) return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

/** The filter as the server takes it: without what is blank, local times as ISO in UTC. */
export function filterOf({ where, receivedFrom, receivedTo }: InvestigationDraft): MailFilter {
  return { where: groupOf(where), ...moment('receivedFrom', receivedFrom), ...moment('receivedTo', receivedTo) }
}

function moment(name: 'receivedFrom' | 'receivedTo', value: string) {
  const time = Date.parse(value)
  return Number.isNaN(time) ? {} : { [name]: new Date(time).toISOString() }
}

/** What an investigation is called when nobody named it. */
export function nameOf(filter: MailFilter): string {
  const value = firstValue(filter)
  return value === undefined ? 'Investigation' : `Hunt: ${value}`.slice(0, 200)
}
