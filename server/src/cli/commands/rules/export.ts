import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

/** `cordon rules export`: everything that the tenant detects by, as Sigma. */
export function exportRules(rules: Command): void {
  rules
    .command('export')
    .description('write every rule and tuning of the tenant into one file of Sigma')
    .argument('<file>', 'a file that is not there yet')
    .action(async (file: string, _options, command: Command) => {
      const client = clientOf(command)
      const { bytes } = await client.download('GET', await client.tenantPath('/rule-export'), file)
      print(command, { file, bytes }, () => `Wrote ${file}: ${bytes} bytes.`)
    })
}
