import { Readable } from 'node:stream'

import { Connection } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { writeNewFile } from '#cli/write-new-file.ts'

const Options = z.object({ new: z.boolean().optional(), out: z.string().optional() })

export function showCertificate(connections: Command): void {
  connections
    .command('certificate')
    .description('the certificate to upload in Entra (PEM): the one that waits for it, else the one in use')
    .argument('<id>')
    .option('--new', 'have Cordon make one; it comes into use with the first test after its upload')
    .option('--out <file>', 'write it to a new file')
    .action(async (id: string, _options, command: Command) => {
      const { new: isNew, out } = Options.parse(command.opts())
      const client = clientOf(command)
      const path = `/connections/${encodeURIComponent(id)}`
      const connection = isNew
        ? await client.send('PATCH', path, Connection, { credential: { kind: 'new-certificate' } })
        : await client.send('GET', path, Connection)
      const certificate = connection.pendingCertificate ?? connection.certificate
      if (out !== undefined && certificate) await writeNewFile(out, async () => Readable.from([certificate.pem]))
      print(command, certificate ?? null, () => {
        if (!certificate)
          return `${connection.name} signs in with a ${connection.credentialKind}; --new makes a certificate.`
        return out === undefined ? certificate.pem : `Wrote ${out}; it expires at ${certificate.expiresAt}.`
      })
    })
}
