import { createHash } from 'node:crypto'

import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

import { allMachines, findMachine, ownerOf } from './machines.ts'
import type { Machine } from './machines.ts'

/** A file on a machine that Defender knows of: found and quarantined, or put there by an attack. */
export interface MachineFile {
  machineId: string
  /** Where it lies, or lay before it was quarantined. */
  path: string
  /** Base64. */
  content: string
  sha1: string
  sha256: string
  md5: string
  /** Name of what it was found to be; null for a file that nobody minds. */
  threat: string | null
  quarantined: boolean
  /** Milliseconds. */
  firstSeen: number
}

/** Files by `<machine id>/<sha1>`. */
export const machineFiles: Kind<MachineFile> = {
  name: 'defender.file',
  born: (world) => ({
    find: (id) => {
      const machine = findMachine(world, id.slice(0, 40))
      const file = machine && everydayFile(world, machine)
      return file && fileId(file) === id ? file : undefined
    },
    *all() {
      for (const machine of allMachines(world)) {
        const file = everydayFile(world, machine)
        if (file) yield [fileId(file), file]
      }
    },
  }),
}

export const fileId = ({ machineId, sha1 }: Pick<MachineFile, 'machineId' | 'sha1'>): string => `${machineId}/${sha1}`

/** A file with its hashes. */
export function fileOf(
  file: Pick<MachineFile, 'machineId' | 'path' | 'threat' | 'quarantined' | 'firstSeen'>,
  content: Buffer,
): MachineFile {
  const hash = (name: string) => createHash(name).update(content).digest('hex')
  return { ...file, content: content.toString('base64'), sha1: hash('sha1'), sha256: hash('sha256'), md5: hash('md5') }
}

/** One workstation in forty has had something quarantined: an installer with advertisements in it. */
function everydayFile(world: World, machine: Machine): MachineFile | undefined {
  const r = random(world.seed, 'machine file', machine.index)
  const owner = ownerOf(world, machine)
  if (!owner || machine.osPlatform === 'macOS' || !r.chance(0.025)) return undefined
  const folder = `C:\\Users\\${owner.userPrincipalName.split('@')[0]}\\Downloads`
  return fileOf(
    {
      machineId: machine.id,
      path: `${folder}\\free-pdf-tools-${r.between(2, 9)}.exe`,
      threat: 'PUA:Win32/Presenoker',
      quarantined: true,
      firstSeen: world.epoch - r.between(1, 20) * 86_400_000,
    },
    // An executable's first bytes, and nothing that would run.
    Buffer.from(`MZ\u0090\u0000not a program ${r.hex(200)}`, 'latin1'),
  )
}
