import { ActionRun } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun } from './format.ts'

const Options = z.object({ confirm: z.coerce.number() })

export function executeAction(actions: Command): void {
  actions
    .command('execute')
    .description('carry out a plan')
    .argument('<id>', 'id of the action run')
    .requiredOption('--confirm <targets>', 'how many targets the plan has; guards against carrying out another plan')
    .action(async (id: string, _options, command: Command) => {
      const { confirm } = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath(`/action-runs/${encodeURIComponent(id)}/execute`)
      const run = await client.send('POST', path, ActionRun, { confirmTargets: confirm })
      print(command, run, () => formatRun(run))
    })
}
