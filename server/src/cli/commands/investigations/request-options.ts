import type { CreateInvestigationInput } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { AppError } from '#domain/errors.ts'

import { addFilterOptions, filterOf, FilterOptions, nameOf } from './filter-options.ts'

/** An investigation on the command line: what is looked for, in whose mail, for how long. */
const RequestOptions = FilterOptions.extend({
  name: z.string().optional(),
  connection: z.string().optional(),
  user: z.array(z.string()).optional(),
  group: z.array(z.string()).optional(),
  department: z.array(z.string()).optional(),
  scan: z.boolean().optional(),
  until: z.string().optional(),
  standing: z.boolean().optional(),
  follow: z.boolean().optional(),
  quietDays: z.coerce.number().int().optional(),
})

export function addRequestOptions(command: Command): Command {
  return addFilterOptions(command)
    .option('--user <address...>', 'only these mailboxes; all when absent')
    .option('--group <name...>', 'only the mailboxes of these groups and of those inside them')
    .option('--department <name...>', 'only the mailboxes of these departments')
    .option('--scan', 'search every mailbox, whatever Microsoft’s records of deliveries say')
    .option('--until <time>', 'go on looking at new mail until then (ISO 8601 with zone)')
    .option('--standing', 'go on looking at new mail until stopped')
    .option('--quiet-days <n>', 'with --standing: stop after so many days without a new hit (default: 14)')
    .option('--follow', 'then find out who opened, answered, passed on and clicked it, and where further copies are')
    .option('--name <name>', 'what to call it')
    .option('--connection <id>', 'needed only where the tenant has several')
}

/** @throws AppError CONFIG_VALUE_INVALID for options that contradict each other, or a filter file that cannot be used. */
export function requestOf(command: Command): CreateInvestigationInput {
  const { name, connection, scan, follow, ...options } = RequestOptions.parse(command.opts())
  const filter = filterOf(options)
  return {
    name: name ?? nameOf(filter),
    ...(connection !== undefined && { connectionId: connection }),
    filter,
    targets: targetsOf(options),
    method: scan ? 'scan' : 'auto',
    duration: durationOf(options),
    ...(follow && { followUp: true }),
  }
}

type Given = z.infer<typeof RequestOptions>

function targetsOf({ user, group, department }: Given): CreateInvestigationInput['targets'] {
  if ([user, group, department].filter((each) => each !== undefined).length > 1) {
    throw contradiction('--user, --group and --department are given together.', 'Give one kind of targets.')
  }
  if (user) return { kind: 'users', users: user }
  if (group) return { kind: 'groups', groups: group }
  return department ? { kind: 'departments', departments: department } : { kind: 'all' }
}

function durationOf({ until, standing, quietDays }: Given): CreateInvestigationInput['duration'] {
  if (until !== undefined && standing) throw contradiction('--until and --standing are given together.', 'Give one.')
  if (quietDays !== undefined && !standing) throw contradiction('--quiet-days needs --standing.', 'Add --standing.')
  if (until !== undefined) return { kind: 'until', until }
  return standing ? { kind: 'standing', ...(quietDays !== undefined && { quietDays }) } : { kind: 'once' }
}

function contradiction(why: string, fix: string): AppError {
  return new AppError({ code: 'CONFIG_VALUE_INVALID', what: 'The investigation was not started.', why, fix })
}
