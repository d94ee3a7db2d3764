import { IntakeKeyList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listIntakeKeys(keys: Command): void {
  keys
    .command('list')
    .description('the tenant’s intake keys')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/intake-keys'), IntakeKeyList)
      print(command, reply, () =>
        table(
          reply.keys,
          {
            ID: ({ id }) => id,
            NAME: ({ name }) => name,
            DATASET: ({ dataset }) => dataset,
            EXPIRES: ({ expiresAt }) => expiresAt ?? 'never',
          },
          'No intake keys.',
        ),
      )
    })
}
