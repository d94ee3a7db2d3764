import { InvestigationDays } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listDays(investigations: Command): void {
  investigations
    .command('days')
    .description('what was found and done on each day, in UTC: for an investigation that watches')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/investigations/${encodeURIComponent(id)}/days`)
      const reply = await client.send('GET', path, InvestigationDays)
      print(command, reply, () =>
        table(
          reply.days,
          {
            DAY: ({ day }) => day,
            FOUND: ({ found }) => String(found),
            MAILBOXES: ({ mailboxes }) => String(mailboxes),
            'DONE WITH': ({ settled }) => String(settled),
            'NOT DONE': ({ unsettled }) => String(unsettled),
          },
          'Nothing was found so far.',
        ),
      )
    })
}
