import { Destination } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

/** pause, resume */
export function steerDestination(destinations: Command): void {
  for (const verb of ['pause', 'resume'] as const) {
    destinations
      .command(verb)
      .description(
        verb === 'pause' ? 'stop sending; it remembers how far it got' : 'send again, beginning where it was paused',
      )
      .argument('<id>')
      .action(async (id: string, _options, command: Command) => {
        const client = clientOf(command)
        const path = await client.tenantPath(`/destinations/${encodeURIComponent(id)}`)
        const changed = await client.send('PATCH', path, Destination, { isPaused: verb === 'pause' })
        print(command, changed, () => `${verb === 'pause' ? 'Paused' : 'Resumed'} ${changed.name}.`)
      })
  }
}
