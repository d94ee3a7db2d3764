import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function removeIntakeKey(keys: Command): void {
  keys
    .command('remove')
    .description('remove an intake key; what pushes with it is locked out at once')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/intake-keys/${encodeURIComponent(id)}`)
      await client.send('DELETE', path, z.undefined())
      print(command, { removed: id }, () => `Removed ${id}.`)
    })
}
