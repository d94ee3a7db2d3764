import { DeadLetterList, SettledLetters } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

const Options = z.object({ retry: z.boolean().optional(), discard: z.boolean().optional() })

export function deadLetters(destinations: Command): void {
  destinations
    .command('dead-letters')
    .description('what a destination refused, with its own reasons')
    .argument('<id>')
    .option('--retry', 'have all of them sent again')
    .option('--discard', 'give all of them up')
    .action(async (id: string, _options, command: Command) => {
      const { retry, discard } = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath(`/destinations/${encodeURIComponent(id)}/dead-letters`)
      if (retry === true || discard === true) {
        const settled = retry
          ? await client.send('POST', `${path}/retry`, SettledLetters)
          : await client.send('DELETE', path, SettledLetters)
        return print(command, settled, () => `${settled.count} ${retry ? 'are sent again.' : 'are given up.'}`)
      }
      const reply = await client.send('GET', `${path}?limit=200`, DeadLetterList)
      return print(command, reply, () =>
        table(
          reply.letters,
          {
            REFUSED: ({ refusedAt }) => refusedAt,
            DATASET: ({ dataset }) => dataset,
            EVENT: (letter) => letter.id,
            REASON: ({ reason }) => reason,
          },
          'It has refused nothing.',
        ),
      )
    })
}
