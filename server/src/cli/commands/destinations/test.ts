import { DestinationTest } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function testDestination(destinations: Command): void {
  destinations
    .command('test')
    .description('send one marked event to a destination, and tell what it answered')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/destinations/${encodeURIComponent(id)}/test`)
      const test = await client.send('POST', path, DestinationTest)
      print(command, test, () => formatTest(test))
      if (!test.ok) process.exitCode = 1
    })
}

/** What became of the event of a test. */
export function formatTest({ ok, eventId, answer = '', problem }: DestinationTest): string {
  if (ok || !problem) return `It took the test event ${eventId}: ${answer}\n`
  const { what, why, fix, code } = problem
  return `${what} [${code}]\n  why: ${why}\n  fix: ${fix}\n`
}
