import { FILE_PASSWORD } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

const Options = z.object({ out: z.string(), reason: z.string(), password: z.string() })

export function downloadFile(files: Command): void {
  files
    .command('download')
    .description('a collected file in a ZIP with a password; it may be dangerous')
    .argument('<id>', 'id of the file')
    .requiredOption('--out <file>', 'file to write; one that exists is not overwritten')
    .requiredOption('--reason <text>', 'why; written to the audit log')
    .option('--password <text>', 'of the ZIP; no secret', FILE_PASSWORD)
    .action(async (id: string, _options, command: Command) => {
      const { out, ...body } = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath(`/collected-files/${encodeURIComponent(id)}/download`)
      const { bytes } = await client.download('POST', path, out, body)
      const { password } = body
      print(command, { out, bytes, password }, () => `${out}: ${bytes} bytes, password ${password}\n`)
    })
}
