import { readFileSync } from 'node:fs'

import { Destination, DestinationKindList, DestinationTest } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { type Client, clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'
import { askSecret } from '#cli/prompt.ts'
import { AppError } from '#domain/errors.ts'

import { formatTest } from './test.ts'

const Options = z.object({
  name: z.string(),
  kind: z.string(),
  set: z.array(z.string()).default([]),
  ca: z.string().optional(),
  secret: z.boolean(),
  dataset: z.array(z.string()).default([]),
  query: z.string().default(''),
  events: z.boolean(),
  alerts: z.boolean().default(false),
  fromBeginning: z.boolean().default(false),
})

export function addDestination(destinations: Command): void {
  destinations
    .command('add')
    .description(
      'add a destination and send it one marked event; the secret is asked for, or read from CORDON_DESTINATION_SECRET',
    )
    .requiredOption('--name <name>', 'what to call it')
    .requiredOption('--kind <kind>', 'elasticsearch, splunk, syslog, webhook or files')
    .option('--set <name=value...>', 'its settings, as docs/guides/forward-events.md has them: url=https://…')
    .option('--ca <file>', 'the only authorities to trust (PEM)')
    .option('--no-secret', 'it needs none')
    .option('--dataset <dataset...>', 'send only these datasets')
    .option('--query <query>', 'send only what fits, as on the Events page')
    .option('--no-events', 'send no events')
    .option('--alerts', 'send alerts too')
    .option('--from-beginning', 'begin with everything that is stored already')
    .action(async (_options, command: Command) => {
      const options = Options.parse(command.opts())
      const client = clientOf(command)
      const path = await client.tenantPath('/destinations')
      const secret = options.secret ? await secretOf(client, options.kind) : undefined
      const { name, kind, dataset: datasets, query, events, alerts } = options
      const added = await client.send('POST', path, Destination, {
        name,
        kind,
        options: settingsOf(options),
        secret,
        filter: { events, datasets, query, alerts },
        from: options.fromBeginning ? 'beginning' : 'now',
      })
      const test = await client.send('POST', `${path}/${added.id}/test`, DestinationTest)
      print(command, { ...added, test }, () => `Added ${added.name} (${added.id}).\n${formatTest(test)}`)
    })
}

async function secretOf(client: Client, kind: string): Promise<string | undefined> {
  const { kinds } = await client.send('GET', '/destination-kinds', DestinationKindList)
  const title = kinds.find(({ id }) => id === kind)?.secret?.title
  if (title === undefined) return undefined
  return process.env['CORDON_DESTINATION_SECRET'] ?? (await askSecret(`${title}: `))
}

/** `url=https://…`: what reads as JSON is that, everything else is text. @throws AppError REQUEST_INVALID. */
function settingsOf({ set, ca }: z.infer<typeof Options>): Record<string, unknown> {
  const pairs = set.map((pair): [string, unknown] => {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/s.exec(pair) ?? []
    if (name !== undefined && value !== undefined) return [name, valueOf(value)]
    throw invalid(`\`${pair.slice(0, 100)}\` is not name=value.`)
  })
  return { ...Object.fromEntries(pairs), ...(ca !== undefined && { ca: read(ca) }) }
}

function valueOf(text: string): unknown {
  return /^(true|false|\d+)$/.test(text) ? (JSON.parse(text) as unknown) : text
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw invalid((error as Error).message)
  }
}

function invalid(why: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'The destination was not added.',
    why,
    fix: 'Give settings as --set name=value, and with --ca a file that you may read.',
  })
}
