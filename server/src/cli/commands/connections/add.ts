import { Connection, type CreateExchangeConnection, type CredentialInput } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'
import { AppError } from '#domain/errors.ts'

import { feedSecretsOf, readPem, SettingOptions, settingsOf, withSettings } from './settings.ts'
import { formatTest } from './verdicts.ts'

const Options = SettingOptions.extend({
  name: z.string(),
  directory: z.string(),
  client: z.string().optional(),
  cloud: z.string(),
  certificate: z.string().optional(),
  key: z.string().optional(),
  newCertificate: z.boolean().optional(),
  exchange: z.string().optional(),
  user: z.string().optional(),
  ca: z.string().optional(),
  mailbox: z.array(z.string()).optional(),
})

export function addConnection(connections: Command): void {
  withSettings(connections.command('add'))
    .description('add a connection and test it; the secret is asked for, or read from CORDON_CLIENT_SECRET')
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--directory <id>', 'directory (tenant) ID')
    .option('--client <id>', 'application (client) ID')
    .option('--cloud <name>', 'the cloud the tenant is in', 'worldwide')
    .option('--certificate <file>', 'sign in with this certificate (PEM) instead of a secret')
    .option('--key <file>', 'its private key (PEM)')
    .option('--new-certificate', 'have Cordon make a certificate, to be uploaded in Entra, instead of a secret')
    .option(
      '--exchange <url>',
      'instead of Microsoft 365: Exchange Web Services of a server on premises, https://<server>/EWS/Exchange.asmx; ' +
        'the password is asked for, or read from CORDON_EXCHANGE_PASSWORD',
    )
    .option('--user <name>', 'with --exchange: service account with the role ApplicationImpersonation')
    .option('--ca <file>', 'with --exchange: the only authority to trust (PEM)')
    .option(
      '--mailbox <address...>',
      'with --exchange: primary SMTP addresses of its mailboxes; the directory of a server on premises is not asked, so ' +
        'that without these an investigation has to name its mailboxes',
    )
    .action(async (_options, command: Command) => {
      const options = Options.parse(command.opts())
      const client = clientOf(command)
      const connection =
        options.exchange === undefined
          ? await client.send('POST', '/connections', Connection, {
              name: options.name,
              cloud: options.cloud,
              directoryId: options.directory,
              clientId: needed('--client', options.client),
              credential: await credentialOf(options),
              feeds: options.feed,
              settings: settingsOf(options),
              feedSecrets: await feedSecretsOf(options),
              unchecked: options.unchecked,
            })
          : await client.send('POST', '/connections/exchange', Connection, await exchangeOf(options, options.exchange))
      print(command, connection, () => {
        const { id, tenantName, lastTest } = connection
        const upload = options.newCertificate
          ? `Upload its certificate in Entra: npx cordon connections certificate ${id}\n`
          : ''
        return `Added ${connection.name} (${id}) of ${tenantName}.\n${upload}${lastTest ? formatTest(lastTest) : ''}`
      })
    })
}

async function credentialOf({ certificate, key, newCertificate }: z.infer<typeof Options>): Promise<CredentialInput> {
  if (newCertificate) return { kind: 'new-certificate' }
  if (certificate === undefined && key === undefined) {
    const secret = process.env['CORDON_CLIENT_SECRET'] ?? (await askSecret('Client secret: '))
    return { kind: 'secret', secret }
  }
  return {
    kind: 'certificate',
    certificatePem: readPem('--certificate', certificate),
    privateKeyPem: readPem('--key', key),
  }
}

async function exchangeOf(options: z.infer<typeof Options>, url: string): Promise<CreateExchangeConnection> {
  const user = needed('--user', options.user)
  return {
    name: options.name,
    directoryId: options.directory,
    url,
    user,
    password: process.env['CORDON_EXCHANGE_PASSWORD'] ?? (await askSecret(`Password of ${user}: `)),
    ...(options.ca !== undefined && { ca: readPem('--ca', options.ca) }),
    ...(options.mailbox && { mailboxes: options.mailbox }),
  }
}

function needed(option: string, value: string | undefined): string {
  if (value !== undefined) return value
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'The connection was not added.',
    why: `The option ${option} is missing.`,
    fix: 'A connection to Microsoft 365 needs --client, one to an Exchange server --exchange and --user.',
  })
}
