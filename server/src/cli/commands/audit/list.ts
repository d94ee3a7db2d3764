import { AuditEntries } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

const Options = z.record(z.string(), z.string())

export function listAudit(audit: Command): void {
  audit
    .command('list')
    .description('who did what, newest first; with --tenant of one tenant')
    .option('--actor <name>', 'only what this user did')
    .option('--action <action>', 'only this action, such as action-run.execute, or all that begin with action-run')
    .option('--before <n>', 'only entries older than this one')
    .option('--limit <n>', 'at most so many', '100')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const params = new URLSearchParams(Options.parse(command.opts()))
      const { tenant } = command.optsWithGlobals<{ tenant?: string }>()
      const path = tenant === undefined ? '/audit' : await client.tenantPath('/audit')
      const reply = await client.send('GET', `${path}?${params}`, AuditEntries)
      print(command, reply, () =>
        table(
          reply.entries,
          {
            N: ({ sequence }) => sequence,
            AT: ({ at }) => at,
            WHO: ({ actor }) => actor,
            FROM: ({ origin }) => origin && `${origin.via} ${origin.address}`,
            ACTION: ({ action }) => action,
            DETAIL: ({ detail }) => JSON.stringify(detail),
          },
          'No entries.',
        ),
      )
    })
}
