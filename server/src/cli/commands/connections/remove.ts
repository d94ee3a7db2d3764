import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function removeConnection(connections: Command): void {
  connections
    .command('remove')
    .description('remove a connection and its credential; what was collected stays')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      await clientOf(command).send('DELETE', `/connections/${encodeURIComponent(id)}`, z.undefined())
      print(command, { removed: id }, () => `Removed ${id}.`)
    })
}
