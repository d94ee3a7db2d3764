import { readFile } from 'node:fs/promises'

import { ValueList } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

const Options = z.object({
  file: z.string().optional(),
  note: z.string().optional(),
  days: z.number().optional(),
  description: z.string().optional(),
})
const DAY_MS = 86_400_000

/** `cordon lists create`. */
export function createList(lists: Command): void {
  lists
    .command('create')
    .description("make a list that rules look up: expand: '%NAME%'")
    .argument('<name>')
    .option('--description <text>', 'what its values are')
    .action(async (name: string, _options, command: Command) => {
      const { description = '' } = Options.parse(command.opts())
      const client = clientOf(command)
      const reply = await client.send('POST', await client.tenantPath('/value-lists'), ValueList, { name, description })
      print(command, reply, () => `Made ${name}.`)
    })
}

/** `cordon lists add`. */
export function addToList(lists: Command): void {
  lists
    .command('add')
    .description('put values on a list; one that is there already gets the new note and end')
    .argument('<name>')
    .argument('[values...]')
    .option('--file <path>', 'one value a line; empty lines and lines that begin with # are passed by')
    .option('--note <text>', 'why they are there')
    .option('--days <n>', 'for how long they count; for ever when absent', Number)
    .action(async (name: string, values: string[], _options, command: Command) => {
      const { file, note, days } = Options.parse(command.opts())
      const expiresAt = days === undefined ? undefined : new Date(Date.now() + days * DAY_MS).toISOString()
      const all = [...values, ...(file === undefined ? [] : linesOf(await readFile(file, 'utf8')))]
      await change(command, name, { add: all.map((value) => ({ value, note, expiresAt })) })
    })
}

/** `cordon lists take-off`. */
export function takeOffList(lists: Command): void {
  lists
    .command('take-off')
    .description('take values off a list')
    .argument('<name>')
    .argument('<values...>')
    .action((name: string, remove: string[], _options, command: Command) => change(command, name, { remove }))
}

/** `cordon lists remove`. */
export function removeList(lists: Command): void {
  lists
    .command('remove')
    .description('delete a list with its values; rules that look it up no longer fire')
    .argument('<name>')
    .action(async (name: string, _options, command: Command) => {
      const client = clientOf(command)
      const path = await client.tenantPath(`/value-lists/${encodeURIComponent(name)}`)
      await client.send('DELETE', path, z.undefined())
      print(command, { removed: name }, () => `Removed ${name}.`)
    })
}

async function change(command: Command, name: string, body: object): Promise<void> {
  const client = clientOf(command)
  const path = await client.tenantPath(`/value-lists/${encodeURIComponent(name)}`)
  const reply = await client.send('PATCH', path, ValueList, body)
  print(command, reply, () => `${name} has ${reply.values.length} values.`)
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
}
