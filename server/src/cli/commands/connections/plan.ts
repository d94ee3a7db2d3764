import { PermissionPlan, type PlannedRegistration } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

const Options = z.object({
  cloud: z.string(),
  feed: z.array(z.string()).optional(),
  investigate: z.boolean().optional(),
  action: z.array(z.string()).optional(),
  separate: z.boolean().optional(),
  name: z.string().optional(),
  directory: z.string().optional(),
  client: z.string().optional(),
  script: z.enum(['azure-cli', 'powershell']).optional(),
})

export function planConnection(connections: Command): void {
  connections
    .command('plan')
    .description(
      'what an administrator has to grant for the features wanted: permissions, roles, consent link, a script',
    )
    .option('--feed <id...>', 'feeds to collect')
    .option('--investigate', 'search mailboxes and follow mail')
    .option('--action <id...>', 'actions to carry out')
    .option('--cloud <name>', 'the cloud the tenant is in', 'worldwide')
    .option('--separate', 'one registration each to collect, to investigate and to respond')
    .option('--name <name>', 'what to call the registration')
    .option('--directory <id>', 'directory (tenant) ID, for the consent link')
    .option('--client <id>', 'application (client) ID, for the consent link')
    .option('--script <kind>', 'print only this script: azure-cli or powershell')
    .action(async (_options, command: Command) => {
      const options = Options.parse(command.opts())
      const plan = await clientOf(command).send('POST', '/connections/plan', PermissionPlan, {
        cloud: options.cloud,
        feeds: options.feed,
        investigate: options.investigate,
        actions: options.action,
        separate: options.separate,
        name: options.name,
        directoryId: options.directory,
        clientId: options.client,
      })
      const { script } = options
      print(command, plan, () =>
        script
          ? plan.registrations
              .map(({ scripts }) => (script === 'powershell' ? scripts.powershell : scripts.azureCli))
              .join('\n')
          : formatPlan(plan),
      )
    })
}

function formatPlan({ registrations, leftOut }: PermissionPlan): string {
  const refused = leftOut.map(({ title, why }) => `Left out: ${title}. ${why}\n`).join('')
  return `${registrations.map(formatRegistration).join('\n')}${refused}`
}

function formatRegistration({ name, uses, permissions, requirements, consentUrl }: PlannedRegistration): string {
  const rows = table(
    permissions,
    {
      API: ({ resource }) => resource,
      PERMISSION: ({ permission }) => permission,
      ID: ({ roleId }) => roleId,
      'NEEDED BY': (permission) => permission.uses.map(({ by }) => by).join(', '),
    },
    'No permissions of an API.',
  )
  const needs = requirements.map(({ kind, name: what, why }) => `${kind}: ${what}. ${why}\n`).join('')
  return `${name}, to ${uses.join(', ')}\n${rows}${needs}Consent: ${consentUrl}\n`
}
