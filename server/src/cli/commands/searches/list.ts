import { SavedSearchList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listSearches(searches: Command): void {
  searches
    .command('list')
    .description('the searches that people keep')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/saved-searches'), SavedSearchList)
      print(command, reply, () =>
        table(
          reply.searches,
          {
            ID: ({ id }) => id,
            NAME: ({ name }) => name,
            OWNER: ({ createdBy }) => createdBy,
            RANGE: ({ from, to }) => `${from} to ${to}`,
            QUERY: ({ query }) => query,
          },
          'No saved searches.',
        ),
      )
    })
}
