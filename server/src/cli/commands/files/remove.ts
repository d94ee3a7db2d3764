import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function removeFile(files: Command): void {
  files
    .command('remove')
    .description('remove the copy that Cordon keeps of a collected file, for good')
    .argument('<id>', 'id of the file')
    .action(async (id: string, _options, command: Command) => {
      const client = clientOf(command)
      await client.send('DELETE', await client.tenantPath(`/collected-files/${encodeURIComponent(id)}`), z.undefined())
      print(command, { removed: id }, () => `Removed ${id}.`)
    })
}
