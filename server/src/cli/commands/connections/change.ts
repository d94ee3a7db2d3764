import { Connection } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'

import { feedSecretsOf, readPem, SettingOptions, settingsOf, withSettings } from './settings.ts'
import { formatTest } from './verdicts.ts'

const Options = SettingOptions.extend({
  name: z.string().optional(),
  secret: z.boolean().optional(),
  certificate: z.string().optional(),
  key: z.string().optional(),
})

export function changeConnection(connections: Command): void {
  withSettings(connections.command('change'))
    .description('change a connection and test it; what is not named stays, and an empty text takes a setting away')
    .argument('<id>')
    .option('--name <name>', 'what to call it')
    .option('--secret', 'a new client secret: it is asked for, or read from CORDON_CLIENT_SECRET')
    .option('--certificate <file>', 'sign in with this certificate (PEM) from now on')
    .option('--key <file>', 'its private key (PEM)')
    .action(async (id: string, _options, command: Command) => {
      const options = Options.parse(command.opts())
      const connection = await clientOf(command).send('PATCH', `/connections/${encodeURIComponent(id)}`, Connection, {
        name: options.name,
        credential: await credentialOf(options),
        feeds: options.feed,
        settings: settingsOf(options),
        feedSecrets: await feedSecretsOf(options),
        unchecked: options.unchecked,
      })
      print(
        command,
        connection,
        () => `Changed ${connection.name}.\n${connection.lastTest ? formatTest(connection.lastTest) : ''}`,
      )
    })
}

async function credentialOf({ secret, certificate, key }: z.infer<typeof Options>) {
  if (secret) {
    return { kind: 'secret', secret: process.env['CORDON_CLIENT_SECRET'] ?? (await askSecret('Client secret: ')) }
  }
  if (certificate === undefined && key === undefined) return undefined
  return {
    kind: 'certificate',
    certificatePem: readPem('--certificate', certificate),
    privateKeyPem: readPem('--key', key),
  }
}
