import type { Investigation } from '@cordon/api'

import { facts } from '#cli/output.ts'

/** An investigation with its progress. */
export function formatInvestigation(investigation: Investigation): string {
  const { id, name, state, failure, filter, targets, mailboxesDone, mailboxesTotal, mailboxesFailed, hits } =
    investigation
  return facts({
    id,
    name,
    state,
    failure,
    filter: JSON.stringify(filter),
    targets: targets.kind === 'all' ? 'all mailboxes' : targets.users.join(', '),
    mailboxes: `${mailboxesDone} of ${mailboxesTotal} done, ${mailboxesFailed} failed`,
    hits,
  })
}
