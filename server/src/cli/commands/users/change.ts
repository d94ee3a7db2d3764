import { NewPassword, User, UserList } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { type Client, clientOf } from '#cli/client.ts'
import { facts, print } from '#cli/output.ts'
import { AppError } from '#domain/errors.ts'

const Options = z.object({ role: z.string().optional(), inTenant: z.array(z.string()).optional() })

export function changeUser(users: Command): void {
  users
    .command('change')
    .description('change what somebody may do; their sessions and API tokens end at once')
    .argument('<name>')
    .option('--role <role>', 'in every tenant: none, viewer, analyst, responder or administrator')
    .option('--in-tenant <id=role...>', 'in single tenants, all of them; `none` for no tenant')
    .action(async (name: string, _options, command: Command) => {
      const { role, inTenant } = Options.parse(command.opts())
      const pairs = inTenant?.filter((pair) => pair !== 'none').map((pair) => pair.split('=') as [string, string])
      const tenantRoles = pairs && Object.fromEntries(pairs)
      await change(command, name, { ...(role && { role }), ...(tenantRoles && { tenantRoles }) })
    })
}

export function disableUser(users: Command): void {
  users
    .command('disable')
    .description('let somebody in no more; their sessions and API tokens end at once')
    .argument('<name>')
    .action((name: string, _options, command: Command) => change(command, name, { isDisabled: true }))
}

export function enableUser(users: Command): void {
  users
    .command('enable')
    .description('let somebody who was disabled in again')
    .argument('<name>')
    .action((name: string, _options, command: Command) => change(command, name, { isDisabled: false }))
}

export function removeUser(users: Command): void {
  users
    .command('remove')
    .description('remove somebody; what they did stays in the audit log')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const client = clientOf(command)
      await client.send('DELETE', await pathOf(client, name), z.undefined())
      print(command, { removed: name }, () => `Removed ${name}.`)
    })
}

export function resetPassword(users: Command): void {
  users
    .command('reset-password')
    .description('give somebody a new password, printed once; their sessions end')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('POST', `${await pathOf(client, name)}/password`, NewPassword)
      print(command, reply, () => facts({ name, password: reply.password }))
    })
}

async function change(command: Command, name: string, body: object): Promise<void> {
  const client = clientOf(command)
  const user = await client.send('PATCH', await pathOf(client, name), User, body)
  const roles = Object.entries(user.tenantRoles ?? {}).map(([tenant, role]) => `${tenant}=${role}`)
  print(command, user, () =>
    facts({ name: user.name, role: user.role, tenants: roles.join(' ') || undefined, disabled: user.disabledAt }),
  )
}

async function pathOf(client: Client, name: string): Promise<string> {
  const { users } = await client.send('GET', '/users', UserList)
  const found = users.find((user) => user.name.toLowerCase() === name.toLowerCase())
  if (found) return `/users/${found.id}`
  throw new AppError({
    code: 'USER_NOT_FOUND',
    what: 'Could not find the user.',
    why: `There is no user ${name}.`,
    fix: '`npx cordon users list` shows who there is.',
  })
}
