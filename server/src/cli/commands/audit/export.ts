import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

const Options = z.object({ out: z.string() })

export function exportAudit(audit: Command): void {
  audit
    .command('export')
    .description('write the whole audit log to a file, an entry a line with its hashes')
    .requiredOption('--out <file>', 'file to write, which must not exist yet')
    .action(async (_options, command: Command) => {
      const { out } = Options.parse(command.opts())
      const { bytes } = await clientOf(command).download('GET', '/audit/export', out)
      print(command, { file: out, bytes }, () => `Wrote ${out} (${bytes} bytes).`)
    })
}
