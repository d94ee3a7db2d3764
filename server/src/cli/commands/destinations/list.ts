import { DestinationList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listDestinations(destinations: Command): void {
  destinations
    .command('list')
    .description('where the tenant’s events are sent on to, and how far behind each destination is')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/destinations'), DestinationList)
      print(command, reply, () =>
        table(
          reply.destinations,
          {
            ID: ({ id }) => id,
            NAME: ({ name }) => name,
            KIND: ({ kind }) => kind,
            STATE: ({ isPaused, fault }) => (isPaused ? 'paused' : (fault?.code ?? 'ok')),
            DELIVERED: ({ delivered }) => delivered,
            WAITING: ({ backlog }) => backlog?.count,
            'LAG (S)': ({ backlog }) => backlog && Math.round(backlog.lagMs / 1000),
            REFUSED: ({ deadLetters }) => deadLetters,
            WHY: ({ fault }) => fault?.why,
          },
          'No destinations: events stay here. Add one with `npx cordon destinations add`.',
        ),
      )
    })
}
