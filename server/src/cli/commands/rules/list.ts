import { RuleList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

/** `cordon rules list`: what the tenant detects by. */
export function listRules(rules: Command): void {
  rules
    .command('list')
    .description('what the tenant detects by, on or off, with its alerts of 14 days')
    .action(async (_options, command: Command) => {
      const client = clientOf(command)
      const reply = await client.send('GET', await client.tenantPath('/rules'), RuleList)
      print(command, reply, () =>
        table(
          reply.rules,
          {
            ID: ({ id }) => id,
            ON: ({ isEnabled }) => (isEnabled ? 'on' : 'off'),
            LEVEL: ({ level }) => level,
            FROM: ({ origin }) => origin,
            ALERTS: ({ noise }) => noise.days.reduce((sum, count) => sum + count, 0),
            FALSE: ({ noise }) => noise.closedAsFalse,
            RULE: ({ title }) => title,
            SILENT: ({ neverFires }) => neverFires,
          },
          'No rules.',
        ),
      )
    })
}
