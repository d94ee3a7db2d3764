import { InvestigationPeople } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

import { followUpOf } from './format.ts'

export function listPeople(investigations: Command): void {
  investigations
    .command('people')
    .description('who opened, answered, passed on and clicked what was found, and copies that could not be reached')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/investigations/${encodeURIComponent(id)}/people`)
      const reply = await client.send('GET', path, InvestigationPeople)
      print(command, reply, () => formatPeople(reply, id))
    })
}

function formatPeople({ followUp, people, counts, unreached }: InvestigationPeople, id: string): string {
  if (!followUp) return `Nobody has asked for it yet: npx cordon investigations follow-up ${id}\n`
  const { opened, replied, forwarded, clicked } = counts
  return [
    `Followed: ${followUpOf(followUp)}\n`,
    `${counts.people} people: ${opened} opened, ${replied} replied, ${forwarded} forwarded, ${clicked} clicked\n`,
    ...followUp.notes.map((note) => `${note}\n`),
    '\n',
    table(
      people,
      {
        WHO: ({ userPrincipalName }) => userPrincipalName,
        OPENED: (person) => person.opened.is,
        REPLIED: (person) => person.replied.is,
        FORWARDED: (person) => person.forwarded.is,
        CLICKED: (person) => person.clicked.is,
      },
      'Nobody so far.',
    ),
    ...(unreached.length > 0 ? ['\nNot reached:\n', table(unreached, UNREACHED, '')] : []),
  ].join('')
}

const UNREACHED = {
  WHO: ({ recipient }: InvestigationPeople['unreached'][number]) => recipient,
  BY: ({ foundBy }: InvestigationPeople['unreached'][number]) => foundBy,
  WHY: ({ reason }: InvestigationPeople['unreached'][number]) => reason,
}
