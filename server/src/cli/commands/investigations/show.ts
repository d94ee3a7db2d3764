import { Investigation } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatInvestigation } from './format.ts'

export function showInvestigation(investigations: Command): void {
  investigations
    .command('show')
    .description('an investigation with its progress')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/investigations/${encodeURIComponent(id)}`)
      const investigation = await client.send('GET', path, Investigation)
      print(command, investigation, () => formatInvestigation(investigation))
    })
}
