import { MessageView } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { facts, print, table } from '#cli/output.ts'

const Options = z.object({ reason: z.string() })

export function lookAtMessage(investigations: Command): void {
  investigations
    .command('look')
    .description('look at what is in a message, as plain text; each look is audited')
    .argument('<id>', 'id of the investigation')
    .argument('<hit>', 'id of the hit, see `investigations hits`')
    .requiredOption('--reason <text>', 'why; written to the audit log')
    .action(async (id: string, hit: string, _options, command: Command) => {
      const { reason } = Options.parse(command.opts())
      const client = clientOf(command)
      const hitPath = `/investigations/${encodeURIComponent(id)}/hits/${encodeURIComponent(hit)}/look`
      const view = await client.send('POST', await client.tenantPath(hitPath), MessageView, { reason })
      print(command, view, () => formatMessage(view))
    })
}

function formatMessage({ headers, text, textLength, links, attachments, notOpened }: MessageView): string {
  const shown = text.length < textLength ? `${text}\n[… ${textLength} characters in all]` : text
  return [
    ...headers.map(({ name, value }) => facts({ [name]: value })),
    `\n${shown}\n\n`,
    table(
      links,
      {
        'SHOWN AS': (link) => link.shown,
        WRITTEN: ({ written }) => written,
        'GOES TO': ({ goesTo }) => goesTo,
        IN: ({ within }) => within.join(' / '),
      },
      'No links.',
    ),
    '\n',
    table(
      attachments,
      {
        ATTACHMENT: ({ within, name }) => [...within, name].join(' / '),
        TYPE: ({ mediaType }) => mediaType,
        BYTES: ({ size }) => size,
        'SHA-256': ({ hashes }) => hashes.sha256,
      },
      'No attachments.',
    ),
    ...notOpened.map(({ path, why }) => `Not opened: ${path}: ${why}\n`),
  ].join('')
}
