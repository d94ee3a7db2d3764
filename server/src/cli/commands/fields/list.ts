import { EventFields, PromotedFields } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

const Options = z.object({ promoted: z.boolean().optional() })

export function listFields(fields: Command): void {
  fields
    .command('list')
    .description('the fields of the tenant’s events, and where each is kept')
    .option('--promoted', 'only those that were given a column, of all tenants')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      if (Options.parse(command.opts()).promoted) {
        const reply = await client.send('GET', '/promoted-fields', PromotedFields)
        return print(command, reply, () =>
          table(
            reply.fields,
            {
              FIELD: ({ name }) => name,
              TYPE: ({ type }) => type,
              STATE: ({ state }) => state,
              BY: ({ createdBy }) => createdBy,
              SINCE: ({ createdAt }) => createdAt,
            },
            'No field was promoted.',
          ),
        )
      }
      const reply = await client.send('GET', await client.tenantPath('/events/fields'), EventFields)
      print(command, reply, () =>
        table(
          reply.fields,
          { FIELD: ({ name }) => name, TYPE: ({ type }) => type, KEPT: ({ kept }) => kept, SEEN: ({ count }) => count },
          'No fields.',
        ),
      )
    })
}
