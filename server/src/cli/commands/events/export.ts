import { EventExportParams, ROWS_HEADER } from '@cordon/api'
import { type Command, Option } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { rangeOptions, rangeParams } from '#cli/range.ts'

const FORMATS = EventExportParams.shape.format.unwrap().options
const Options = z.object({
  format: z.enum(FORMATS),
  out: z.string(),
  columns: z.string().optional(),
  originals: z.boolean().optional(),
})

export function exportEvents(events: Command): void {
  rangeOptions(events.command('export'), '24h')
    .description('every event that matches as a file, oldest first, however many')
    .argument('[query]', 'KQL; everything when absent')
    .requiredOption('--out <file>', 'file to write; one that exists is not overwritten')
    .addOption(
      new Option('--format <format>', 'whole documents as ndjson; columns as csv or parquet')
        .choices(FORMATS)
        .default('ndjson'),
    )
    .option('--columns <fields>', 'fields with a comma between; all with a column of their own when absent')
    .option('--originals', 'also the records as Microsoft sent them')
    .action(async (query: string | undefined, _options, command: Command) => {
      const { format, out, columns, originals } = Options.parse(command.opts())
      const params = new URLSearchParams({ ...rangeParams(command), format })
      if (query !== undefined) params.set('query', query)
      if (columns !== undefined) params.set('columns', columns)
      if (originals) params.set('originals', 'true')
      const client = clientOf(command)
      const { bytes, headers } = await client.download('GET', await client.tenantPath(`/events/export?${params}`), out)
      const rows = Number(headers[ROWS_HEADER.toLowerCase()])
      print(command, { file: out, bytes, events: rows }, () => `Wrote ${rows} events to ${out} (${bytes} bytes).`)
    })
}
