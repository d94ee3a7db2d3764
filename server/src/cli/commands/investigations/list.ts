import { InvestigationList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listInvestigations(investigations: Command): void {
  investigations
    .command('list')
    .description('investigations, newest first')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/investigations'), InvestigationList)
      print(command, reply, () =>
        table(
          reply.investigations,
          {
            ID: ({ id }) => id,
            STATE: ({ state }) => state,
            MAILBOXES: ({ mailboxesDone, mailboxesTotal }) => `${mailboxesDone}/${mailboxesTotal}`,
            HITS: ({ hits }) => hits,
            CREATED: ({ createdAt }) => createdAt,
            NAME: ({ name }) => name,
          },
          'No investigations.',
        ),
      )
    })
}
