import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

/** `cordon rules enable`. */
export const enableRules = (rules: Command): void => switchRules(rules, 'enable', true)
/** `cordon rules disable`. */
export const disableRules = (rules: Command): void => switchRules(rules, 'disable', false)

function switchRules(rules: Command, verb: string, isEnabled: boolean): void {
  const word = isEnabled ? 'on' : 'off'
  rules
    .command(verb)
    .description(`switch rules ${word} in the tenant`)
    .argument('<ids...>')
    .action(async (ids: string[], _options, command: Command) => {
      const client = clientOf(command)
      await client.send('PATCH', await client.tenantPath('/rules'), z.undefined(), { ids, isEnabled })
      print(command, { ids, isEnabled }, () => `Switched ${word}: ${ids.join(', ')}.`)
    })
}
