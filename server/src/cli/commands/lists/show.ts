import { ValueList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function showList(lists: Command): void {
  lists
    .command('show')
    .description('what is on a list')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/value-lists/${encodeURIComponent(name)}`)
      const reply = await client.send('GET', path, ValueList)
      print(command, reply, () =>
        table(
          reply.values,
          {
            VALUE: ({ value }) => value,
            UNTIL: ({ expiresAt, isExpired }) => (isExpired ? `expired ${expiresAt}` : expiresAt),
            NOTE: ({ note }) => note,
            BY: ({ addedBy }) => addedBy,
            ADDED: ({ addedAt }) => addedAt,
          },
          `${name} is empty.`,
        ),
      )
    })
}
