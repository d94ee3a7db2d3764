import { readFileSync } from 'node:fs'

import { Connection, type CredentialInput } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'
import { AppError } from '#domain/errors.ts'

import { formatTest } from './verdicts.ts'

const Options = z.object({
  name: z.string(),
  directory: z.string(),
  client: z.string(),
  cloud: z.string(),
  certificate: z.string().optional(),
  key: z.string().optional(),
  feed: z.array(z.string()).optional(),
})

export function addConnection(connections: Command): void {
  connections
    .command('add')
    .description('add a connection and test it; the secret is asked for, or read from CORDON_CLIENT_SECRET')
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--directory <id>', 'directory (tenant) ID')
    .requiredOption('--client <id>', 'application (client) ID')
    .option('--cloud <name>', 'the cloud the tenant is in', 'worldwide')
    .option('--certificate <file>', 'sign in with this certificate (PEM) instead of a secret')
    .option('--key <file>', 'its private key (PEM)')
    .option('--feed <id...>', 'collect only these feeds')
    .action(async (_options, command: Command) => {
      const options = Options.parse(command.opts())
      const client = clientOf(command)
      const connection = await client.send('POST', '/connections', Connection, {
        name: options.name,
        cloud: options.cloud,
        directoryId: options.directory,
        clientId: options.client,
        credential: await credentialOf(options),
        feeds: options.feed,
      })
      print(command, connection, () => {
        const { id, tenantName, lastTest } = connection
        return `Added ${connection.name} (${id}) of ${tenantName}.\n${lastTest ? formatTest(lastTest) : ''}`
      })
    })
}

async function credentialOf({ certificate, key }: z.infer<typeof Options>): Promise<CredentialInput> {
  if (certificate === undefined && key === undefined) {
    const secret = process.env['CORDON_CLIENT_SECRET'] ?? (await askSecret('Client secret: '))
    return { kind: 'secret', secret }
  }
  return { kind: 'certificate', certificatePem: read('--certificate', certificate), privateKeyPem: read('--key', key) }
}

function read(option: string, path: string | undefined): string {
  try {
    if (path === undefined)
      throw new Error(`${option} is missing; a certificate needs its key and a key its certificate.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new AppError({
      code: 'CONNECT_CERTIFICATE_UNREADABLE',
      what: 'The connection was not added.',
      why: (error as Error).message,
      fix: 'Give both --certificate and --key as paths of PEM files that you may read.',
      cause: error,
    })
  }
}
