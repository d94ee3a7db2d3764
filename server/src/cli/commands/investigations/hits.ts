import { MailHits } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

export function listHits(investigations: Command): void {
  investigations
    .command('hits')
    .description('the messages that an investigation found')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/investigations/${encodeURIComponent(id)}/hits`)
      const reply = await client.send('GET', path, MailHits)
      print(command, reply, () =>
        table(
          reply.hits,
          {
            ID: ({ id: hit }) => hit,
            MAILBOX: ({ userPrincipalName }) => userPrincipalName,
            FOLDER: ({ folderName }) => folderName,
            RECEIVED: ({ receivedAt }) => receivedAt,
            FOUND: ({ foundBy }) => foundBy,
            READ: ({ isRead }) => (isRead ? 'yes' : 'no'),
            ACTION: ({ lastAction }) => lastAction?.state,
            SUBJECT: ({ subject }) => subject,
          },
          'No hits.',
        ),
      )
    })
}
