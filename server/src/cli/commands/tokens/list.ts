import { ApiToken } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listTokens(tokens: Command): void {
  tokens
    .command('list')
    .description('your API tokens')
    .action(async (_options, command: Command) => {
      const reply = await clientOf(command).send('GET', '/tokens', z.object({ tokens: z.array(ApiToken) }))
      print(command, reply, () =>
        table(
          reply.tokens,
          {
            ID: ({ id }) => id,
            NAME: ({ name }) => name,
            ROLE: ({ role }) => role,
            EXPIRES: ({ expiresAt }) => expiresAt,
          },
          'No API tokens.',
        ),
      )
    })
}
