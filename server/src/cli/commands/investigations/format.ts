import type { FollowUp, Investigation } from '@cordon/api'

import { facts } from '#cli/output.ts'

/** An investigation with its progress. */
export function formatInvestigation(investigation: Investigation): string {
  const { id, name, state, failure, filter, finding, mailboxesDone, mailboxesTotal, mailboxesFailed, hits, followUp } =
    investigation
  return facts({
    id,
    name,
    state,
    failure,
    filter: JSON.stringify(filter),
    targets: targetsOf(investigation),
    'goes on': durationOf(investigation),
    answered: finding && answerOf(finding),
    mailboxes: `${mailboxesDone} of ${mailboxesTotal} done, ${mailboxesFailed} failed`,
    hits,
    followed: followUp && followUpOf(followUp),
  })
}

/** How following the hits stands. */
export function followUpOf({ state, copies, unreached, failure }: FollowUp): string {
  switch (state) {
    case 'waiting':
      return 'once the search has ended'
    case 'failed':
      return `failed: ${failure}`
    default:
      return `${state}, ${copies} further copies found, ${unreached} not reached`
  }
}

function targetsOf({ targets }: Investigation): string {
  switch (targets.kind) {
    case 'all':
      return 'all mailboxes'
    case 'users':
      return targets.users.join(', ')
    case 'groups':
      return `groups: ${targets.groups.join(', ')}`
    case 'departments':
      return `departments: ${targets.departments.join(', ')}`
  }
}

function durationOf({ duration, watchedUntil }: Investigation): string {
  const seen = watchedUntil === undefined ? '' : `, seen until ${watchedUntil}`
  switch (duration.kind) {
    case 'once':
      return 'once'
    case 'until':
      return `until ${duration.until}${seen}`
    case 'standing':
      return `until stopped, or ${duration.quietDays} days without a hit${seen}`
  }
}

function answerOf({ source, pairs, complete }: NonNullable<Investigation['finding']>): string {
  if (source === 'none') return 'the mailboxes, none of Microsoft’s records of deliveries'
  return `${source}: ${pairs} deliveries, ${complete ? 'all there are' : 'and the other mailboxes are searched'}`
}
