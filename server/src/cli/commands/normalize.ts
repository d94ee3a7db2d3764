import { once } from 'node:events'

import type { Command } from 'commander'
import { z } from 'zod'

import { normalizeFile } from '#app/normalize.ts'
import { systemClock } from '#domain/clock.ts'

/** `cordon normalize`: one JSON line out per record in, in order, without a store. */
export function normalize(program: Command): void {
  program
    .command('normalize')
    .description('show what becomes of the records of a file: one JSON line each, in order')
    .requiredOption(
      '--dataset <name>',
      'what the records are: o365.audit, azure.signinlogs, … (docs/reference/datasets.md)',
    )
    .argument(
      '[file]',
      'JSON records in any common shape or a Purview CSV export, lines of text for http_intake.log; standard input when - or absent',
      '-',
    )
    .action(async (file: string, _options, command: Command) => {
      const { dataset } = z.object({ dataset: z.string() }).parse(command.opts())
      for await (const line of normalizeFile(dataset, file === '-' ? process.stdin : file, systemClock)) {
        if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain')
      }
    })
}
