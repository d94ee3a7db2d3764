import { ActionRun } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun, nextStep } from './format.ts'

const Options = z.object({ confirm: z.coerce.number(), note: z.string().optional() })

export function approveAction(actions: Command): void {
  actions
    .command('approve')
    .description('approve a plan that somebody else made')
    .argument('<id>', 'id of the action run')
    .requiredOption('--confirm <targets>', 'how many targets the plan has; guards against approving another plan')
    .option('--note <text>', 'what to write down with it')
    .action(async (id: string, _options, command: Command) => {
      const { confirm, note } = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath(`/action-runs/${encodeURIComponent(id)}/approve`)
      const run = await client.send('POST', path, ActionRun, { confirmTargets: confirm, note })
      print(command, run, () => `${formatRun(run)}${nextStep(run)}\n`)
    })
}
