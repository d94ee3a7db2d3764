import { Coverage } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'
import { rangeOptions, rangeParams } from '#cli/range.ts'

/** `cordon coverage`: what was listed, stored and missed. */
export function coverage(program: Command): void {
  rangeOptions(program.command('coverage'), '24h')
    .description('the coverage ledger: what was listed, stored and missed, per feed and window')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/coverage?${new URLSearchParams(rangeParams(command))}`)
      const reply = await client.send('GET', path, Coverage)
      print(command, reply, () =>
        table(
          reply.windows,
          {
            FROM: ({ from }) => from,
            TO: ({ to }) => to,
            FEED: ({ feed }) => feed,
            STATE: ({ state }) => state,
            BATCHES: ({ stored, listed }) => `${stored}/${listed}`,
            KEPT: ({ counts }) => counts.kept,
            LATE: ({ late }) => late,
            DUPLICATES: ({ counts }) => counts.duplicates,
            EXCLUDED: ({ counts }) => Object.values(counts.excluded ?? {}).reduce((total, each) => total + each, 0),
            REASON: ({ reason }) => reason,
          },
          'Nothing was collected in this time.',
        ),
      )
    })
}
