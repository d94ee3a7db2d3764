import { ActionList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listActions(actions: Command): void {
  actions
    .command('list')
    .description('what Cordon can do at Microsoft, and the truth about getting it back')
    .action(async (_options, command: Command) => {
      const list = await clientOf(command).send('GET', '/actions', ActionList)
      print(command, list, () =>
        table(
          list.actions,
          {
            ID: ({ id }) => id,
            UNDO: ({ reversible }) => (reversible ? 'yes' : 'no'),
            SETTINGS: ({ options }) => Object.keys((options?.['properties'] as object | undefined) ?? {}).join(', '),
            RECOVERABILITY: ({ recoverability }) => recoverability,
          },
          'No actions.',
        ),
      )
    })
}
