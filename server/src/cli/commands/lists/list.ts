import { ValueListList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listLists(lists: Command): void {
  lists
    .command('list')
    .description('the lists that rules look up by name')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/value-lists'), ValueListList)
      print(command, reply, () =>
        table(
          reply.lists,
          {
            NAME: ({ name }) => name,
            VALUES: ({ values }) => values.filter(({ isExpired }) => !isExpired).length,
            EXPIRED: ({ values }) => values.filter(({ isExpired }) => isExpired).length,
            RULES: ({ usedBy }) => usedBy.length,
            DESCRIPTION: ({ description }) => description,
          },
          'No lists.',
        ),
      )
    })
}
