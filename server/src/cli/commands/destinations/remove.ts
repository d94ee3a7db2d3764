import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function removeDestination(destinations: Command): void {
  destinations
    .command('remove')
    .description('remove a destination, its secret, its place and what it refused; events stay here')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/destinations/${encodeURIComponent(id)}`)
      await client.send('DELETE', path, z.undefined())
      print(command, { removed: id }, () => `Removed ${id}.`)
    })
}
