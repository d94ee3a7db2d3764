import type { Kind } from '#world/objects.ts'
import type { Tenant } from '#cloud.ts'

import { none } from '#world/objects.ts'
import { fileId, machineFiles } from './files.ts'
import type { LiveCommand } from './actions.ts'
import type { Machine } from './machines.ts'
import type { MachineFile } from './files.ts'

/** A script or tool in the tenant's live response library. */
export interface LibraryFile {
  fileName: string
  /** Base64. */
  content: string
  sha256: string
  description: string | null
  hasParameters: boolean
  parametersDescription: string | null
  createdBy: string
  /** Milliseconds. */
  createdAt: number
  updatedAt: number
}

/** By file name in lower case. */
export const libraryFiles: Kind<LibraryFile> = { name: 'defender.libraryFile', born: none }

/** What a command came to. */
export interface Outcome {
  /** Undefined where it succeeded. */
  error?: string
  /** What it gave, base64: a script's report, a file's bytes. */
  result?: string
}

/**
 * Runs the commands of a session on a machine, one after another; after one that failed the others are not run. There is no
 * shell: a script that calls `MpCmdRun -Restore` brings back the quarantined files of the machine whose hash, path, name or
 * threat its arguments name; any other script does nothing and says so.
 */
export function runCommands(tenant: Tenant, machine: Machine, commands: readonly LiveCommand[]): Outcome[] {
  const outcomes: Outcome[] = []
  for (const command of commands) {
    if (outcomes.some(({ error }) => error !== undefined))
      outcomes.push({ error: 'Not run: a command before it failed.' })
    else outcomes.push(RUN[command.type](tenant, machine, (key) => parameter(command, key)))
  }
  return outcomes
}

const parameter = ({ params }: LiveCommand, name: string): string => params.find(({ key }) => key === name)?.value ?? ''

type Run = (tenant: Tenant, machine: Machine, read: (key: string) => string) => Outcome

const RUN: Record<LiveCommand['type'], Run> = {
  PutFile: (tenant, _, read) =>
    tenant.objects(libraryFiles).find(read('FileName').toLowerCase())
      ? { result: '' }
      : { error: `The file '${read('FileName')}' is not in the library.` },
  GetFile: (tenant, machine, read) => {
    const path = read('Path').toLowerCase()
    const file = [...filesOn(tenant, machine).filter(({ quarantined }) => !quarantined), hostsFile(machine)].find(
      (each) => each.path.toLowerCase() === path,
    )
    return file ? { result: file.content } : { error: `The file '${read('Path')}' was not found.` }
  },
  RunScript: (tenant, machine, read) => {
    const name = read('ScriptName')
    const script = tenant.objects(libraryFiles).find(name.toLowerCase())
    if (!script) return { error: `The script '${name}' is not in the library.` }
    const text = Buffer.from(script.content, 'base64').toString('utf8')
    const restored =
      /mpcmdrun/i.test(text) && /-restore/i.test(text) ? restore(tenant, machine, read('Args')) : undefined
    const report = {
      script_name: name,
      exit_code: restored?.length === 0 ? 1 : 0,
      script_output: (restored ?? []).map((file) => `Restored ${file.threat ?? 'file'} to ${file.path}`).join('\r\n'),
      script_errors: restored?.length === 0 ? 'No quarantined item matches.' : '',
    }
    return { result: Buffer.from(JSON.stringify(report)).toString('base64') }
  },
}

const filesOn = (tenant: Tenant, machine: Machine): MachineFile[] =>
  [...tenant.objects(machineFiles).all()].filter(({ machineId }) => machineId === machine.id)

/** What every machine has, and nobody minds: Defender knows nothing of it. */
const hostsFile = ({ osPlatform }: Machine): Pick<MachineFile, 'path' | 'content'> => ({
  path: osPlatform === 'macOS' ? '/etc/hosts' : String.raw`C:\Windows\System32\drivers\etc\hosts`,
  content: Buffer.from('127.0.0.1 localhost\n::1 localhost\n').toString('base64'),
})

/** Brings back what the arguments name; a path among them (`-Path C:\…`) is where to. */
function restore(tenant: Tenant, machine: Machine, args: string): MachineFile[] {
  const wanted = args.toLowerCase()
  const target = /-path\s+"?([a-z]:\\[^"]*?)"?(\s+-|\s*$)/i.exec(args)?.[1]
  const named = (file: MachineFile) =>
    [file.sha1, file.sha256, file.path, file.path.split('\\').at(-1)!, file.threat ?? file.sha1].some((name) =>
      wanted.includes(name.toLowerCase()),
    )
  return filesOn(tenant, machine)
    .filter((file) => file.quarantined && named(file))
    .map((file) => {
      const name = file.path.split('\\').at(-1)!
      const path =
        target === undefined ? file.path : target.endsWith(name) ? target : `${target.replace(/\\$/, '')}\\${name}`
      return tenant.objects(machineFiles).put(fileId(file), { ...file, quarantined: false, path })
    })
}
