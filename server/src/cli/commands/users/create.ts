import { CreatedUser } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { facts, print } from '#cli/output.ts'

const Options = z.object({ role: z.string() })

export function createUser(users: Command): void {
  users
    .command('create')
    .description('add somebody who may sign in; prints a password for them, once')
    .argument('<name>', 'name to sign in with')
    .option('--role <role>', 'viewer, analyst, responder or administrator', 'viewer')
    .action(async (name: string, _options, command: Command) => {
      const { role } = Options.parse(command.opts())
      const user = await clientOf(command).send('POST', '/users', CreatedUser, { name, role })
      print(command, user, () => facts({ name: user.name, role: user.role, password: user.password ?? '' }))
    })
}
