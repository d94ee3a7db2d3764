import { ConnectionTest } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatTest } from './verdicts.ts'

export function testConnection(connections: Command): void {
  connections
    .command('test')
    .description('test a connection: a verdict per permission')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const test = await clientOf(command).send('POST', `/connections/${encodeURIComponent(id)}/test`, ConnectionTest)
      print(command, test, () => formatTest(test))
    })
}
