import { Investigation } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatInvestigation } from './format.ts'

export function stopInvestigation(investigations: Command): void {
  investigations
    .command('stop')
    .description('stop an investigation; the hits found so far stay')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/investigations/${encodeURIComponent(id)}/stop`)
      const investigation = await client.send('POST', path, Investigation)
      print(command, investigation, () => formatInvestigation(investigation))
    })
}
