import { ActionRun } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun } from './format.ts'

const Options = z.object({ note: z.string() })

export function rejectAction(actions: Command): void {
  actions
    .command('reject')
    .description('end a plan: it can no longer be carried out')
    .argument('<id>', 'id of the action run')
    .requiredOption('--note <text>', 'why')
    .action(async (id: string, _options, command: Command) => {
      const { note } = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath(`/action-runs/${encodeURIComponent(id)}/reject`)
      const run = await client.send('POST', path, ActionRun, { note })
      print(command, run, () => formatRun(run))
    })
}
