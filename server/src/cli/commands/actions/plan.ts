import { ActionRunDetail } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun, formatTargets } from './format.ts'

const Options = z.object({ hit: z.array(z.string()).optional() })

export function planAction(actions: Command): void {
  actions
    .command('plan')
    .description('plan an action over the hits of an investigation; changes nothing')
    .argument('<action>', 'delete-message or move-message-to-deleted-items')
    .argument('<investigation>', 'id of the investigation')
    .option('--hit <id...>', 'only these hits; all when absent')
    .action(async (action: string, investigationId: string, _options, command: Command) => {
      const { hit } = Options.parse(command.opts())
      const client = clientOf(command)
      const request = { action, investigationId, hitIds: hit }
      const detail = await client.send('POST', await client.tenantPath('/action-runs'), ActionRunDetail, request)
      print(command, detail, () => {
        const { actionRun, targets } = detail
        return `${formatRun(actionRun)}${formatTargets(targets)}Carry it out with: npx cordon actions execute ${actionRun.id} --confirm ${actionRun.targetsTotal}\n`
      })
    })
}
