import { Retention } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { AppError } from '#domain/errors.ts'

import { readable } from './show.ts'

const Options = z.object({ dataset: z.string().optional() })

export function setRetention(retention: Command): void {
  retention
    .command('set')
    .description('set how long events are kept; those that are older are deleted for good, from now on')
    .argument('<days>', 'by the time of the event, or `forever`; for a dataset `default` takes its setting away')
    .option('--dataset <dataset>', 'only of this dataset; the default of the tenant when absent')
    .action(async (text: string, _options, command: Command) => {
      const { dataset } = Options.parse(command.opts())
      const body = { days: daysOf(text), ...(dataset !== undefined && { dataset }) }
      const client = clientOf(command)
      const reply = await client.send('PATCH', await client.tenantPath('/retention'), Retention, body)
      print(command, reply, () => readable(reply))
    })
}

function daysOf(text: string): number | null {
  if (text === 'forever' || text === 'default') return null
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'The retention was not changed.',
    why: `${JSON.stringify(text)} is no number of days.`,
    fix: 'Give a whole number of days, or `forever`.',
  })
}
