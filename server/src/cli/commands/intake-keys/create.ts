import { IntakeKey } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

const Options = z.object({ name: z.string(), dataset: z.string().optional(), days: z.coerce.number().optional() })

export function createIntakeKey(keys: Command): void {
  keys
    .command('create')
    .description('make a key with which a program pushes records into the tenant; it is shown this once')
    .requiredOption('--name <name>', 'what pushes with it')
    .option('--dataset <dataset>', 'what its records are (default: http_intake.log, which takes any JSON)')
    .option('--days <n>', 'how long it is good for (default: for ever)')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath('/intake-keys')
      const made = await client.send('POST', path, IntakeKey, Options.parse(command.opts()))
      print(command, made, () => `${made.key}\n`)
    })
}
