import { ConnectionList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listConnections(connections: Command): void {
  connections
    .command('list')
    .description('all connections, of every tenant')
    .action(async (_options, command: Command) => {
      const reply = await clientOf(command).send('GET', '/connections', ConnectionList)
      print(command, reply, () =>
        table(
          reply.connections,
          {
            ID: ({ id }) => id,
            NAME: ({ name }) => name,
            TENANT: ({ tenantName }) => tenantName,
            CLOUD: ({ cloud }) => cloud,
            TEST: ({ lastTest }) => lastTest?.status ?? 'not tested',
            WARNING: ({ warnings }) => warnings.map(({ what }) => what).join(' '),
          },
          'No connections yet. Add one with `npx cordon connections add`.',
        ),
      )
    })
}
