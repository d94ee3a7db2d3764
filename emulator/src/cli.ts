import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { Command } from 'commander'

import { ENVIRONMENTS, toShell } from './cli/environment.ts'
import { StartError } from './cli/start-error.ts'
import { ask, findRunning } from './cli/running.ts'
import { option, wholeNumber } from './cli/option.ts'
import type { Application, ClientName } from './cli/environment.ts'
import type { EmulatedTenant } from './index.ts'
import type { JournalEntry } from './http/journal.ts'
import type { Running } from './cli/running.ts'

/**
 * The command `m365-emulator`: `start`, and commands that help with one that runs. They find it by its data folder. What goes
 * wrong is told as what, why and fix, with exit code 1.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('m365-emulator').description('A Microsoft cloud with a company in it, on this machine.')
  const start = program
    .command('start')
    .description('Start it, print where it is and how to log in, and stay until interrupted.')
  // The emulator itself takes a while to load, and the other commands do without it.
  if (argv.includes('start')) (await import('./cli/start.ts')).addStart(start)
  const onFolder = (command: Command) =>
    command.addOption(option('--data <folder>', 'data folder of the running emulator').makeOptionMandatory())

  onFolder(program.command('env'))
    .description('Print what a client has to be told: `eval "$(m365-emulator env --client graph --data …)"`.')
    .requiredOption('--client <name>', `one of ${Object.keys(ENVIRONMENTS).join(', ')}`)
    .option('--tenant <id>', 'id or domain of the tenant (default: the first)')
    .option('--application <name>', 'name or client id of the application (default: the first)')
    .option('--json', 'print one JSON object')
    .action((flags: EnvFlags) => console.log(environment(flags)))
  onFolder(program.command('ca'))
    .description('Print the path of the certificate to trust.')
    .option('--pem', 'print the certificate itself')
    .action((flags: { data: string; pem?: boolean }) => console.log(authority(flags)))
  onFolder(program.command('journal'))
    .description('Print what was asked and answered lately.')
    .option('--limit <number>', 'how many of the last ones', wholeNumber(10_000), 100)
    .option('--json', 'print JSON, one entry a line')
    .action(async (flags: { data: string; limit: number; json?: boolean }) => console.log(await journal(flags)))
  onFolder(program.command('reset'))
    .description('Undo every change since the first start, in all tenants.')
    .action(async ({ data }: { data: string }) => void (await ask(running(data), 'POST', '/_emu/reset')))

  const snapshot = program.command('snapshot').description('Save the state of all tenants, or go back to a saved one.')
  onFolder(snapshot.command('save'))
    .argument('<file>')
    .action(async (file: string, { data }: { data: string }) => {
      write(file, await ask(running(data), 'GET', '/_emu/snapshot'))
    })
  onFolder(snapshot.command('load'))
    .argument('<file>')
    .action(async (file: string, { data }: { data: string }) => {
      await ask(running(data), 'PUT', '/_emu/snapshot', read(file))
    })

  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    console.error(`${error.what}\nWhy: ${error.why}\nFix: ${error.fix}`)
    process.exit(1)
  }
}

interface EnvFlags {
  data: string
  client: string
  tenant?: string
  application?: string
  json?: boolean
}

const running = (data: string): Running => findRunning(resolve(data))

function environment(flags: EnvFlags): string {
  const make = ENVIRONMENTS[flags.client as ClientName]
  if (!Object.hasOwn(ENVIRONMENTS, flags.client))
    throw new StartError(
      `There is nothing to say for the client '${flags.client}'.`,
      'Only some clients are known by name.',
      `Give one of ${Object.keys(ENVIRONMENTS).join(', ')}; node and python are for every program in these languages.`,
    )
  const emulator = running(flags.data)
  const tenant = pick(emulator.tenants, 'tenant', flags.tenant, ({ id, domain }: EmulatedTenant) => [id, domain])
  const named = ({ name, clientId }: Application) => [name, clientId]
  const made = make(emulator, tenant, pick(tenant.applications, 'application', flags.application, named))
  return flags.json ? JSON.stringify(made) : toShell(made)
}

function pick<T>(all: readonly T[], what: string, wanted: string | undefined, namesOf: (one: T) => string[]): T {
  const found = wanted === undefined ? all[0] : all.find((one) => namesOf(one).includes(wanted))
  if (found) return found
  const known = all.map((one) => namesOf(one).join(' or ')).join('; ')
  throw new StartError(
    `There is no ${what} '${wanted}'.`,
    `The emulator has: ${known}.`,
    `Give one of them with --${what}.`,
  )
}

function authority({ data, pem }: { data: string; pem?: boolean }): string {
  const file = join(resolve(data), 'ca.crt')
  if (!existsSync(file))
    throw new StartError(
      'There is no certificate to trust.',
      `${file} is made at the first start.`,
      `Start the emulator: m365-emulator start --data ${data}`,
    )
  return pem ? readFileSync(file, 'utf8').trimEnd() : file
}

async function journal({ data, limit, json }: { data: string; limit: number; json?: boolean }): Promise<string> {
  const { entries } = JSON.parse(await ask(running(data), 'GET', `/_emu/journal?limit=${limit}`)) as {
    entries: JournalEntry[]
  }
  if (json) return entries.map((entry) => JSON.stringify(entry)).join('\n')
  return entries
    .map(({ at, milliseconds, service, method, url, status, note }) =>
      [at, service.padEnd(20), status, `${milliseconds}ms`.padStart(6), method, url, note ? `(${note})` : '']
        .join(' ')
        .trimEnd(),
    )
    .join('\n')
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 })
  } catch (error) {
    throw unusable(file, 'written', error)
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unusable(file, 'read', error)
  }
}

const unusable = (file: string, what: string, error: unknown) =>
  new StartError(`${file} cannot be ${what}.`, error instanceof Error ? error.message : '', 'Give another path.')
