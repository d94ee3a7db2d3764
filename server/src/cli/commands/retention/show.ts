import { Retention } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function showRetention(retention: Command): void {
  retention
    .command('show')
    .description('how long the tenant’s events are kept, and what there is of each dataset')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/retention'), Retention)
      print(command, reply, () => readable(reply))
    })
}

export function readable({ days, datasets, appliedAt }: Retention): string {
  const rows = table(
    datasets,
    {
      DATASET: ({ dataset }) => dataset,
      KEPT: (each) => `${daysText(each.days)}${each.own ? '' : ' (default)'}`,
      EVENTS: ({ events }) => events,
      OLDEST: ({ oldest }) => oldest,
      EXPIRED: ({ expired }) => expired,
    },
    'No events.',
  )
  return `${rows}Default: ${daysText(days)}. Last applied: ${appliedAt ?? 'never'}.\n`
}

function daysText(days: number | undefined): string {
  return days === undefined ? 'for ever' : `${days} days`
}
