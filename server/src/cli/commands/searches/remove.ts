import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function removeSearch(searches: Command): void {
  searches
    .command('remove')
    .description('delete a saved search of one’s own, or any as an administrator')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/saved-searches/${encodeURIComponent(id)}`)
      await client.send('DELETE', path, z.undefined())
      print(command, { removed: id }, () => `Removed ${id}.`)
    })
}
