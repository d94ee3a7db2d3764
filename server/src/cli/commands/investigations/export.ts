import { PASSWORD_HEADER } from '@cordon/api'
import { type Command, Option } from 'commander'
import { z } from 'zod'

import { type Client, clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'
import { AppError } from '#domain/errors.ts'

import { readManifest } from './read-manifest.ts'

const Options = z.object({
  format: z.enum(['csv', 'json', 'stix', 'eml']),
  table: z.string(),
  out: z.string(),
  reason: z.string().optional(),
  hit: z.array(z.string()).optional(),
  askPassword: z.boolean().optional(),
})
type Options = z.infer<typeof Options>

export function exportInvestigation(investigations: Command): void {
  investigations
    .command('export')
    .description('hits, mailboxes and actions as CSV, JSON or STIX 2.1; the messages as EML in a password ZIP')
    .argument('<id>', 'id of the investigation')
    .addOption(
      new Option('--format <format>', 'eml needs message.read and a reason')
        .choices(Options.shape.format.options)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'file to write; one that exists is not overwritten')
    .addOption(
      new Option('--table <table>', 'table of the CSV').choices(['hits', 'mailboxes', 'actions']).default('hits'),
    )
    .option('--reason <text>', 'why; for eml, and for stix with the links and files inside the messages')
    .option('--hit <id...>', 'eml: only these hits; all when absent')
    .option('--ask-password', 'eml: ask for the password of the ZIP; one is made up and printed when absent')
    .action(async (id: string, _options, command: Command) => {
      const options = Options.parse(command.opts())
      const client = clientOf(command)
      const base = await client.tenantPath(`/investigations/${encodeURIComponent(id)}/export`)
      if (options.format === 'eml') await exportMessages(command, client, `${base}/eml`, options)
      else await exportTables(command, client, base, options)
    })
}

async function exportTables(command: Command, client: Client, base: string, options: Options): Promise<void> {
  const { format, out, reason } = options
  const params = new URLSearchParams({ format, ...(format === 'csv' && { table: options.table }) })
  const { bytes } =
    format === 'stix' && reason !== undefined
      ? await client.download('POST', `${base}/stix`, out, { reason })
      : await client.download('GET', `${base}?${params}`, out)
  print(command, { out, bytes }, () => `${out}: ${bytes} bytes\n`)
}

async function exportMessages(command: Command, client: Client, path: string, options: Options): Promise<void> {
  const { out, reason, hit: hitIds, askPassword } = options
  if (reason === undefined) throw reasonMissing()
  const own = askPassword ? await askSecret('Password of the ZIP: ') : undefined
  const { bytes, headers } = await client.download('POST', path, out, { reason, password: own, hitIds })
  const password = own ?? String(headers[PASSWORD_HEADER.toLowerCase()])
  const { messages, missing } = await readManifest(out, password)
  const said = own === undefined ? { password } : {}
  print(command, { out, bytes, messages: messages.length, missing, ...said }, () =>
    [
      `${out}: ${bytes} bytes, ${messages.length} messages, ${missing.length} missing\n`,
      ...(missing.length > 0 ? [table(missing, MISSING, '')] : []),
      ...(own === undefined ? [`Password, shown once: ${password}\n`] : []),
    ].join(''),
  )
}

const MISSING = {
  'MISSING FROM': ({ userPrincipalName }: { userPrincipalName: string }) => userPrincipalName,
  SUBJECT: ({ subject }: { subject: string }) => subject,
  WHY: ({ why }: { why: string }) => why,
}

function reasonMissing(): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'Nothing was exported.',
    why: 'Messages are read for a reason only, which is written to the audit log.',
    fix: 'Give it with --reason "…", at least five characters.',
  })
}
