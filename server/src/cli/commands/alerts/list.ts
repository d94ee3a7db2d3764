import { AlertList } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

const Options = z.object({ status: z.string().optional(), limit: z.string() })

export function listAlerts(alerts: Command): void {
  alerts
    .command('list')
    .description('alerts, newest first')
    .option('--status <status>', 'open, suppressed or closed; all when absent')
    .option('--limit <n>', 'alerts at most', '50')
    .action(async (_options, command: Command) => {
      const { status, limit } = Options.parse(command.opts())
      const params = new URLSearchParams({ limit, ...(status !== undefined && { status }) })
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath(`/alerts?${params}`), AlertList)
      print(command, reply, () =>
        table(
          reply.alerts,
          {
            ID: ({ id }) => id,
            SEVERITY: ({ severity }) => severity,
            STATUS: ({ status: stands }) => stands,
            EVENTS: ({ eventCount }) => eventCount,
            LAST: ({ lastEventAt }) => lastEventAt,
            RULE: ({ ruleTitle }) => ruleTitle,
            ABOUT: ({ sentence }) => sentence,
          },
          'No alerts.',
        ),
      )
    })
}
