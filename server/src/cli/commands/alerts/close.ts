import { Alert, Verdict } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function closeAlert(alerts: Command): void {
  alerts
    .command('close')
    .description('close an alert')
    .argument('<id>')
    .requiredOption('--reason <text>', 'why it is closed')
    .option('--verdict <verdict>', `what it turned out to be: ${Verdict.options.join(', ')}`)
    .action(async (id: string, _options, command: Command) => {
      const { reason, verdict } = z.object({ reason: z.string(), verdict: z.string().optional() }).parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath(`/alerts/${encodeURIComponent(id)}`)
      const alert = await client.send('PATCH', path, Alert, {
        status: 'closed',
        reason,
        ...(verdict !== undefined && { verdict }),
      })
      print(command, alert, () => `Closed: ${alert.ruleTitle}.`)
    })
}
