import type { Command } from 'commander'
import { z } from 'zod'

import { type Client, clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

const Options = z.object({ everywhere: z.boolean().default(false), reason: z.string().default('') })

/** The switch that holds all actions, and lets them go on. */
export function stopActing(actions: Command): void {
  actions
    .command('stop')
    .description('stop all acting at once: running actions hold before their next target, and nothing begins')
    .requiredOption('--reason <text>', 'why; everybody sees it while it lasts')
    .option('--everywhere', 'in every tenant of the installation')
    .action(async (_options, command: Command) => {
      const { everywhere, reason } = Options.parse(command.opts())
      const client = clientOf(command)
      await client.send('POST', await pathOf(client, everywhere, 'stop'), z.unknown(), { reason })
      print(command, { stopped: true }, () => 'All acting is stopped. `npx cordon actions resume` lets it go on.\n')
    })
}

export function resumeActing(actions: Command): void {
  actions
    .command('resume')
    .description('let actions go on after a stop')
    .option('--everywhere', 'lift the stop of the whole installation')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      await client.send('POST', await pathOf(client, Options.parse(command.opts()).everywhere, 'resume'), z.unknown())
      print(command, { stopped: false }, () => 'Actions go on.\n')
    })
}

async function pathOf(client: Client, everywhere: boolean, verb: 'stop' | 'resume'): Promise<string> {
  return everywhere ? `/acting/${verb}` : client.tenantPath(`/acting/${verb}`)
}
