import { EventPage } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'
import { rangeOptions, rangeParams } from '#cli/range.ts'

const Options = z.object({ limit: z.string(), cursor: z.string().optional() })

export function searchEvents(events: Command): void {
  rangeOptions(events.command('search'), '24h')
    .description('search events, newest first')
    .argument('[query]', 'KQL: \'user.name : "ana*" and event.outcome : failure\'; everything when absent')
    .option('--limit <n>', 'events at most, 1 to 1000', '50')
    .option('--cursor <cursor>', 'continue after an earlier page (nextCursor with --json)')
    .action(async (query: string | undefined, _options, command: Command) => {
      const { limit, cursor } = Options.parse(command.opts())
      const params = new URLSearchParams({ ...rangeParams(command), limit })
      if (query !== undefined) params.set('query', query)
      if (cursor !== undefined) params.set('cursor', cursor)
      const client = clientOf(command)
      const page = await client.send('GET', await client.tenantPath(`/events?${params}`), EventPage)
      print(command, page, () => {
        const rows = table(
          page.events,
          {
            TIME: (event) => event['@timestamp'],
            ACTION: ({ event }) => event.action,
            OUTCOME: ({ event }) => event.outcome,
            EVENT: ({ message }) => message,
          },
          'No events match.',
        )
        return page.total > page.events.length ? `${rows}${page.events.length} of ${page.total} shown.\n` : rows
      })
    })
}
