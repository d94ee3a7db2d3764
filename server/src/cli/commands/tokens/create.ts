import { ApiToken } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { ask, createClient, type Proof, serverUrl } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'

const List = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .optional()
const Options = z.object({
  name: z.string(),
  role: z.string(),
  days: z.coerce.number(),
  user: z.string(),
  rights: List,
  tenants: List,
})

export function createToken(tokens: Command): void {
  tokens
    .command('create')
    .description('make an API token, with the one in CORDON_TOKEN or with a password, which is asked for')
    .option('--name <name>', 'what it is for', 'command line')
    .option('--role <role>', 'viewer, analyst, responder or administrator', 'viewer')
    .option('--rights <rights>', 'only these rights of the role, with commas between')
    .option('--tenants <ids>', 'only in these tenants, with commas between')
    .option('--days <n>', 'how long it is valid, 1 to 365', '90')
    .option('--user <name>', 'sign in as', 'admin')
    .action(async (_options, command: Command) => {
      const { user, tenants, ...asked } = Options.parse(command.opts())
      const request = { ...asked, tenantIds: tenants }
      const token = process.env['CORDON_TOKEN']
      const made = token
        ? await createClient(command, { token }).send('POST', '/tokens', ApiToken, request)
        : await withSession(command, user, (proof) =>
            createClient(command, proof).send('POST', '/tokens', ApiToken, request),
          )
      print(command, made, () => `${made.token}\n`)
    })
}

/** Signs in for as long as `use` takes. */
async function withSession<T>(command: Command, name: string, use: (proof: Proof) => Promise<T>): Promise<T> {
  const url = serverUrl(command)
  const password = await askSecret(`Password of ${name}: `)
  const { cookies } = await ask(url, 'POST', '/session', undefined, { name, password })
  const proof = { cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') }
  try {
    return await use(proof)
  } finally {
    await ask(url, 'DELETE', '/session', proof)
  }
}
