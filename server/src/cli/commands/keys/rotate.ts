import { KeyRotation } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

export function rotateKey(keys: Command): void {
  keys
    .command('rotate')
    .description('replace the key that seals credentials, and seal them anew; again after a crash, it goes on')
    .action(async (_options, command: Command) => {
      const rotation = await clientOf(command).send('POST', '/keys/rotate', KeyRotation)
      print(command, rotation, () => {
        const { keyId, resealed, keptAt } = rotation
        const kept = keptAt
          ? `The key before is kept in ${keptAt} for backups made under it; delete it when those are gone.\n`
          : ''
        return `${resealed} ${resealed === 1 ? 'credential is' : 'credentials are'} sealed anew, with the key ${keyId}.\n${kept}`
      })
    })
}
