import { BackFill } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

interface Options {
  connection: string
  feed: string
  from: string
  to: string
}

/** `cordon back-fill`: reads a span of a feed again. */
export function backFill(program: Command): void {
  program
    .command('back-fill')
    .description(
      'read a span of a feed again, as far back as Microsoft keeps it; what is stored already stays as it is',
    )
    .requiredOption('--connection <id>', 'whose feed (`cordon connections list`)')
    .requiredOption('--feed <id>', 'which feed')
    .requiredOption('--from <time>', 'ISO 8601, by when records became available')
    .requiredOption('--to <time>', 'ISO 8601')
    .action(async ({ connection: connectionId, ...span }: Options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath('/coverage/back-fill')
      const reply = await client.send('POST', path, BackFill, { connectionId, ...span })
      const windows = reply.windows === 1 ? '1 window' : `${reply.windows} windows`
      print(
        command,
        reply,
        () => `${windows} from ${reply.from} to ${reply.to} will be read again: npx cordon coverage\n`,
      )
    })
}
