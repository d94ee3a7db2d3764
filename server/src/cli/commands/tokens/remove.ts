import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function removeToken(tokens: Command): void {
  tokens
    .command('remove')
    .description('remove an API token; programs that use it are locked out at once')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      await clientOf(command).send('DELETE', `/tokens/${encodeURIComponent(id)}`, z.undefined())
      print(command, { removed: id }, () => `Removed ${id}.`)
    })
}
