import { ActionRunDetail } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun, formatTargets, nextStep } from './format.ts'

const Options = z.object({
  hit: z.array(z.string()).optional(),
  set: z.array(z.string()).optional().transform(settings),
  shadow: z.boolean().default(false),
})

/** `--set category=Phishing banner=true` as the action's settings. */
function settings(pairs: string[] | undefined): Record<string, unknown> | undefined {
  if (!pairs) return undefined
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = pair, value = 'true'] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
      return [name, value === 'true' || value === 'false' ? value === 'true' : value]
    }),
  )
}

export function planAction(actions: Command): void {
  actions
    .command('plan')
    .description('plan an action over the hits of an investigation; changes nothing')
    .argument('<action>', 'id of the action, as `npx cordon actions list` shows it')
    .argument('<investigation>', 'id of the investigation')
    .option('--hit <id...>', 'only these hits; all when absent')
    .option('--set <name=value...>', 'settings of the action, as docs/reference/actions.md tells them')
    .option('--shadow', 'only to read, and to say what would have been done')
    .action(async (action: string, investigationId: string, _options, command: Command) => {
      const { hit, set, shadow } = Options.parse(command.opts())
      const client = clientOf(command)
      const request = { action, investigationId, hitIds: hit, options: set, shadow }
      const detail = await client.send('POST', await client.tenantPath('/action-runs'), ActionRunDetail, request)
      print(command, detail, () => {
        const { actionRun, targets } = detail
        return `${formatRun(actionRun)}${formatTargets(targets)}${nextStep(actionRun)}\n`
      })
    })
}
