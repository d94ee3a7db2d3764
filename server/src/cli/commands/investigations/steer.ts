import { Investigation } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatInvestigation } from './format.ts'

/** What a person may decide about an investigation that is there. */
const VERBS = {
  stop: 'stop an investigation; the hits found so far stay',
  pause: 'hold an investigation before its next mailbox',
  resume: 'let a paused investigation go on where it was',
  duplicate: 'the same again, over what is there now',
  'follow-up': 'find out who opened, answered, passed on and clicked the hits, and where further copies are',
} as const

/** `investigations stop`, `pause`, `resume`, `duplicate` and `follow-up`. */
export function steerInvestigation(investigations: Command): void {
  for (const [verb, description] of Object.entries(VERBS)) {
    investigations
      .command(verb)
      .description(description)
      .argument('<id>')
      .action(async (id: string, _options, command: Command) => {
        const client = clientOf(command)
        const path = await client.tenantPath(`/investigations/${encodeURIComponent(id)}/${verb}`)
        const investigation = await client.send('POST', path, Investigation)
        print(command, investigation, () => formatInvestigation(investigation))
      })
  }
}
