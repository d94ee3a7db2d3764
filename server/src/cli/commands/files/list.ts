import { CollectedFileList } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

const Options = z.object({ run: z.string().optional() })

export function listFiles(files: Command): void {
  files
    .command('list')
    .description('files that were collected from devices and are still kept, newest first')
    .option('--run <id>', 'only those of this action run')
    .action(async (_options, command: Command) => {
      const { run } = Options.parse(command.opts())
      const client = clientOf(command)
      const query = run === undefined ? '' : `?${new URLSearchParams({ actionRunId: run })}`
      const reply = await client.send('GET', await client.tenantPath(`/collected-files${query}`), CollectedFileList)
      print(command, reply, () =>
        table(
          reply.files,
          {
            ID: ({ id }) => id,
            DEVICE: ({ deviceName }) => deviceName,
            PATH: ({ path }) => path,
            BYTES: ({ sizeBytes }) => String(sizeBytes),
            'SHA-256': ({ sha256 }) => sha256,
            COLLECTED: ({ collectedAt }) => collectedAt,
          },
          'No files. `npx cordon actions plan collect-file` collects one.',
        ),
      )
    })
}
