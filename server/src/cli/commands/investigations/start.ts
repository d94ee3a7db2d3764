import { setTimeout as pause } from 'node:timers/promises'

import { Investigation } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { type Client, clientOf } from '#cli/client.ts'
import { interrupted } from '#cli/interrupt.ts'
import { print } from '#cli/output.ts'

import { addFilterOptions, filterOf, FilterOptions, nameOf } from './filter-options.ts'
import { formatInvestigation } from './format.ts'

const Options = FilterOptions.extend({
  name: z.string().optional(),
  connection: z.string().optional(),
  user: z.array(z.string()).optional(),
  wait: z.boolean().optional(),
})

const UNDER_WAY: ReadonlySet<Investigation['state']> = new Set(['queued', 'running', 'stopping'])

export function startInvestigation(investigations: Command): void {
  addFilterOptions(
    investigations.command('start').description('hunt a mail over the mailboxes; all conditions given must hold'),
  )
    .option('--user <address...>', 'only these mailboxes; all when absent')
    .option('--name <name>', 'what to call it')
    .option('--connection <id>', 'needed only where the tenant has several')
    .option('--wait', 'wait for its end')
    .action(async (_options, command: Command) => {
      const options = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath('/investigations')
      const started = await client.send('POST', path, Investigation, requestOf(options))
      const investigation = options.wait ? await untilEnd(client, `${path}/${started.id}`) : started
      print(command, investigation, () => formatInvestigation(investigation))
    })
}

function requestOf({ name, connection, user, ...options }: z.infer<typeof Options>) {
  const filter = filterOf(options)
  return {
    name: name ?? nameOf(filter),
    connectionId: connection,
    filter,
    targets: user ? { kind: 'users', users: user } : { kind: 'all' },
  }
}

/** Ctrl-C ends the waiting, not the investigation. */
async function untilEnd(client: Client, path: string): Promise<Investigation> {
  const stop = interrupted()
  for (;;) {
    const investigation = await client.send('GET', path, Investigation)
    if (stop.aborted || !UNDER_WAY.has(investigation.state)) return investigation
    await pause(500, undefined, { signal: stop }).catch(() => {})
  }
}
