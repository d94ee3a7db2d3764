import { Safeguards } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function setShadowOnly(actions: Command): void {
  actions
    .command('shadow-only')
    .description('choose which actions of the tenant only say what they would have done')
    .argument('<actions...>', 'ids of actions, all of them; `all` for every action, `none` for no one')
    .action(async (ids: string[], _options, command: Command) => {
      const client = clientOf(command)
      const shadowActions = ids.includes('none') ? [] : ids.includes('all') ? ['*'] : ids
      const reply = await client.send('PATCH', await client.tenantPath('/safeguards'), Safeguards, { shadowActions })
      print(command, reply, () => `Only as shadow: ${namesOf(reply)}.\n`)
    })
}

function namesOf({ shadowActions }: Safeguards): string {
  if (shadowActions.includes('*')) return 'every action'
  return shadowActions.join(', ') || 'no action'
}
