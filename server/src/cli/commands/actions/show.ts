import { ActionRunDetail } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun, formatTargets } from './format.ts'

export function showAction(actions: Command): void {
  actions
    .command('show')
    .description('an action run with the journal of every target')
    .argument('<id>', 'id of the action run')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/action-runs/${encodeURIComponent(id)}`)
      const detail = await client.send('GET', path, ActionRunDetail)
      print(
        command,
        detail,
        () =>
          `${formatRun(detail.actionRun)}${formatTargets(detail.targets)}${detail.summary ? `${detail.summary}\n` : ''}`,
      )
    })
}
