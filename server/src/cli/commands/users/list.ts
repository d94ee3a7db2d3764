import { UserList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listUsers(users: Command): void {
  users
    .command('list')
    .description('who may sign in')
    .action(async (_options, command: Command) => {
      const reply = await clientOf(command).send('GET', '/users', UserList)
      print(command, reply, () =>
        table(
          reply.users,
          {
            NAME: ({ name }) => name,
            ROLE: ({ role }) => role,
            TENANTS: ({ tenantRoles = {} }) => Object.keys(tenantRoles).length || undefined,
            'SIGNS IN WITH': ({ identity }) => (identity ? 'Microsoft' : 'password'),
            SINCE: ({ createdAt }) => createdAt,
            DISABLED: ({ disabledAt }) => disabledAt,
          },
          'No users.',
        ),
      )
    })
}
