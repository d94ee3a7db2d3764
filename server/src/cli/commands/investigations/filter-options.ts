import { readFileSync } from 'node:fs'

import { MailFilter, type MailField } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { AppError, reasonOf } from '#domain/errors.ts'

/** A filter on the command line: an option for each field, or a file for whatever options cannot say. */

const FIELD_OPTIONS = {
  from: ['--from <address...>', 'sender: address or domain', 'from'],
  to: ['--to <address...>', 'recipient in To: address or domain', 'to'],
  cc: ['--cc <address...>', 'recipient in Cc: address or domain', 'cc'],
  bcc: ['--bcc <address...>', 'recipient in Bcc: address or domain', 'bcc'],
  senderName: ['--sender-name <text...>', 'contained in the sender’s display name', 'sender-name'],
  senderIp: ['--sender-ip <network...>', 'IP address or network (192.0.2.0/24) it was sent from', 'sender-ip'],
  subject: ['--subject <text...>', 'contained in the subject', 'subject'],
  body: ['--body <text...>', 'contained in the text that a reader sees', 'body'],
  url: ['--url <url...>', 'a link goes to this host, its subdomains, or below this address', 'url'],
  regex: ['--regex <pattern...>', 'found in subject, text or HTML (RE2)', 'regex'],
  attachmentName: ['--attachment-name <name...>', 'file name; * stands for anything', 'attachment-name'],
  attachmentExtension: ['--attachment-extension <ext...>', 'extension of a file name', 'attachment-extension'],
  attachmentSize: ['--attachment-size <bytes...>', '10000, ">=10000" or 10000-20000', 'attachment-size'],
  hash: ['--hash <hex...>', 'MD5, SHA-1, SHA-256 or SHA-512 of a file', 'attachment-hash'],
  messageId: ['--message-id <id...>', 'internet message ID', 'internet-message-id'],
  networkMessageId: ['--network-message-id <guid...>', 'Exchange Online’s own ID', 'network-message-id'],
} as const satisfies Record<string, readonly [string, string, MailField]>

type FieldOption = keyof typeof FIELD_OPTIONS

const Values = z.array(z.string()).optional()

export const FilterOptions = z.object({
  ...(Object.fromEntries(Object.keys(FIELD_OPTIONS).map((name) => [name, Values])) as Record<
    FieldOption,
    typeof Values
  >),
  any: z.boolean().optional(),
  filter: z.string().optional(),
  receivedFrom: z.string().optional(),
  receivedTo: z.string().optional(),
})
export type FilterOptions = z.infer<typeof FilterOptions>

export function addFilterOptions(command: Command): Command {
  for (const [flags, description] of Object.values(FIELD_OPTIONS)) command.option(flags, description)
  return command
    .option('--any', 'one of them is enough; without it all must hold')
    .option('--received-from <time>', 'received at or after (ISO 8601 with zone)')
    .option('--received-to <time>', 'received at or before')
    .option('--filter <file>', 'a filter as JSON instead, with groups; - reads it from the standard input')
}

/** @throws AppError CONFIG_VALUE_INVALID when the file cannot be used. */
export function filterOf(options: FilterOptions): MailFilter {
  const conditions = (Object.keys(FIELD_OPTIONS) as FieldOption[]).flatMap((name) =>
    (options[name] ?? []).map((value) => ({ field: FIELD_OPTIONS[name][2], value })),
  )
  const file = options.filter === undefined ? undefined : readFilter(options.filter)
  const where = { logic: options.any ? ('or' as const) : ('and' as const), conditions }
  const { receivedFrom = file?.receivedFrom, receivedTo = file?.receivedTo } = options
  return {
    where: file
      ? conditions.length === 0
        ? file.where
        : { ...where, conditions: [...conditions, file.where] }
      : where,
    ...(receivedFrom !== undefined && { receivedFrom }),
    ...(receivedTo !== undefined && { receivedTo }),
  }
}

function readFilter(file: string): MailFilter {
  try {
    return MailFilter.parse(JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')))
  } catch (error) {
    throw new AppError({
      code: 'CONFIG_VALUE_INVALID',
      what: `Could not read the filter in ${file}.`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error),
      fix: 'Write it as {"where": {"logic": "and", "conditions": [{"field": "from", "value": "bad.example"}]}}.',
    })
  }
}

/** What an investigation is called when nobody named it: by the first thing it looks for. */
export function nameOf({ where }: MailFilter): string {
  const [first] = where.conditions
  return first && 'value' in first ? first.value.slice(0, 200) : 'Mail hunt'
}
