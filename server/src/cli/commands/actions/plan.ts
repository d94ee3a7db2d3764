import { ActionRunDetail } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

import { formatRun, formatTargets, nextStep } from './format.ts'
import { withSealingKey } from './sealing-key.ts'

const Options = z.object({
  hit: z.array(z.string()).optional(),
  user: z.array(z.string()).optional(),
  mailbox: z.array(z.string()).optional(),
  device: z.array(z.string()).optional(),
  indicator: z.array(z.string()).optional(),
  mailEntry: z.array(z.string()).optional(),
  range: z.array(z.string()).optional(),
  application: z.array(z.string()).optional(),
  quarantinedMessage: z.array(z.string()).optional(),
  connection: z.string().optional(),
  set: z.array(z.string()).optional().transform(settings),
  key: z.string().optional(),
  shadow: z.boolean().default(false),
})

/** `--set category=Phishing banner=true` as the action's settings. */
function settings(pairs: string[] | undefined): Record<string, unknown> | undefined {
  if (!pairs) return undefined
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = pair, value = 'true'] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
      return [name, value === 'true' || value === 'false' ? value === 'true' : value]
    }),
  )
}

export function planAction(actions: Command): void {
  actions
    .command('plan')
    .description('plan an action on the hits of an investigation or on what an option names; changes nothing')
    .argument('<action>', 'id of the action, as `npx cordon actions list` shows it')
    .argument('[investigation]', 'id of the investigation, for an action on messages')
    .option('--hit <id...>', 'only these hits; all when absent')
    .option('--user <id-or-name...>', 'users, by object id or user principal name, for an action on them')
    .option('--mailbox <id-or-name...>', 'mailboxes, by object id or user principal name of their users')
    .option('--device <id-or-name...>', 'devices, by their id in Defender or DNS name, for an action on them')
    .option('--indicator <value...>', 'hashes of files, IP addresses, URLs or domains, for an action on them')
    .option(
      '--mail-entry <value...>',
      'senders, domains, URLs, hashes of files or IPv6 addresses, for an action on the Tenant Allow/Block List',
    )
    .option('--range <cidr...>', 'addresses or ranges that people sign in from, for an action on them')
    .option(
      '--application <id-or-name...>',
      'applications, by object id, application ID or name, for an action on them',
    )
    .option('--quarantined-message <identity...>', 'messages in quarantine, by their identity there, in quotes')
    .option('--connection <id>', 'act on them through this one; the only one that is for it when absent')
    .option('--set <name=value...>', 'settings of the action, as docs/reference/actions.md tells them')
    .option('--key <file>', 'new file for the key that opens what the action makes for you alone, as new passwords')
    .option('--shadow', 'only to read, and to say what would have been done')
    .action(async (action: string, investigationId: string | undefined, _options, command: Command) => {
      const { connection: connectionId, set, key, shadow, ...named } = Options.parse(command.opts())
      const client = clientOf(command)
      const request = {
        action,
        investigationId,
        connectionId,
        targets: Object.values(named).find((targets) => targets !== undefined),
        shadow,
      }
      const path = await client.tenantPath('/action-runs')
      const detail = await withSealingKey(key, ({ sealTo }) => {
        const chosen = sealTo === undefined ? set : { ...set, sealTo }
        return client.send('POST', path, ActionRunDetail, { ...request, options: chosen })
      })
      print(command, detail, () => {
        const { actionRun, targets } = detail
        return `${formatRun(actionRun)}${formatTargets(targets)}${nextStep(actionRun)}\n`
      })
    })
}
