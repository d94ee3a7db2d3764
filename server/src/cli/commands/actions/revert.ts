import { ActionRun } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun } from './format.ts'

export function revertAction(actions: Command): void {
  actions
    .command('revert')
    .description('put back what an action run changed, where Microsoft allows it')
    .argument('<id>', 'id of the action run')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/action-runs/${encodeURIComponent(id)}/revert`)
      const run = await client.send('POST', path, ActionRun)
      print(command, run, () => formatRun(run))
    })
}
