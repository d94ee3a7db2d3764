import { PASSWORD_HEADER } from '@cordon/api'
import { type Command, Option } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'
import { AppError } from '#domain/errors.ts'

const Options = z.object({
  format: z.enum(['csv', 'json', 'stix', 'eml']),
  table: z.string().optional(),
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
    .addOption(new Option('--format <format>').choices(Options.shape.format.options).makeOptionMandatory())
    .requiredOption('--out <file>', 'file to write; one that exists is not overwritten')
    .addOption(new Option('--table <table>', 'table of the CSV').choices(['hits', 'mailboxes', 'actions']))
    .option('--reason <text>', 'why; for eml, and for stix with the links and files inside the messages')
    .option('--hit <id...>', 'eml: only these hits; all when absent')
    .option('--ask-password', 'eml: ask for the password of the ZIP; one is made up and printed when absent')
    .action(async (id: string, _options, command: Command) => {
      const options = Options.parse(command.opts())
      const { method, path, body } = await requestOf(options)
      const client = clientOf(command)
      const base = await client.tenantPath(`/investigations/${encodeURIComponent(id)}`)
      const { bytes, headers } = await client.download(method, `${base}${path}`, options.out, body)
      const password = headers[PASSWORD_HEADER.toLowerCase()]?.toString()
      print(command, { out: options.out, bytes, password }, () =>
        password === undefined
          ? `${options.out}: ${bytes} bytes\n`
          : `${options.out}: ${bytes} bytes\nPassword, shown once: ${password}\n`,
      )
    })
}

async function requestOf({ format, table, reason, hit, askPassword }: Options) {
  if (format === 'eml') {
    if (reason === undefined) throw reasonMissing()
    const password = askPassword ? await askSecret('Password of the ZIP: ') : undefined
    return { method: 'POST', path: '/export/eml', body: { reason, password, hitIds: hit } } as const
  }
  if (format === 'stix' && reason !== undefined) {
    return { method: 'POST', path: '/export/stix', body: { reason } } as const
  }
  const params = new URLSearchParams({ format, ...(table !== undefined && { table }) })
  return { method: 'GET', path: `/export?${params}`, body: undefined } as const
}

function reasonMissing(): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'Nothing was exported.',
    why: 'Messages are read for a reason only, which is written to the audit log.',
    fix: 'Give it with --reason "…", at least five characters.',
  })
}
