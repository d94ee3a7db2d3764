import { setTimeout as pause } from 'node:timers/promises'

import { Investigation } from '@cordon/api'
import type { Command } from 'commander'

import { type Client, clientOf } from '#cli/client.ts'
import { interrupted } from '#cli/interrupt.ts'
import { print } from '#cli/output.ts'

import { formatInvestigation } from './format.ts'
import { addRequestOptions, requestOf } from './request-options.ts'

const UNDER_WAY: ReadonlySet<Investigation['state']> = new Set(['queued', 'running', 'stopping'])

export function startInvestigation(investigations: Command): void {
  addRequestOptions(
    investigations.command('start').description('hunt a mail over the mailboxes; all conditions given must hold'),
  )
    .option('--wait', 'wait until all that is there is searched')
    .action(async (options: { wait?: boolean }, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath('/investigations')
      const started = await client.send('POST', path, Investigation, requestOf(command))
      const investigation = options.wait ? await untilEnd(client, `${path}/${started.id}`) : started
      print(command, investigation, () => formatInvestigation(investigation))
    })
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
