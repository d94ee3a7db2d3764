import { ApiTokenList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listTokens(tokens: Command): void {
  tokens
    .command('list')
    .description('your API tokens')
    .action(async (_options, command: Command) => {
      const reply = await clientOf(command).send('GET', '/tokens', ApiTokenList)
      print(command, reply, () =>
        table(
          reply.tokens,
          {
            ID: ({ id }) => id,
            NAME: ({ name }) => name,
            ROLE: ({ role, rights }) => rights?.join(' ') ?? role,
            TENANTS: ({ tenantIds }) => tenantIds?.join(' '),
            EXPIRES: ({ expiresAt }) => expiresAt,
            USED: ({ lastUsedAt }) => lastUsedAt ?? 'never',
          },
          'No API tokens.',
        ),
      )
    })
}
