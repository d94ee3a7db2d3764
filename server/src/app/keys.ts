import { AppError } from '#domain/errors.ts'
import type { User } from '#domain/user.ts'
import type { FileKeyring } from '#store/keyring.ts'
import type { RecordStore } from '#store/record-store.ts'
import { type Keyring, keyIdOf } from '#store/seal.ts'

import type { Audit } from './audit.ts'

/** What became of a rotation. */
export interface KeyRotation {
  /** The key that credentials are sealed with from now on. */
  keyId: string
  /** Credentials sealed anew. */
  resealed: number
  /** Where the key before is kept, for backups made under it. */
  keptAt?: string
}

/** The key that credentials are sealed with. */
export interface Keys {
  /**
   * Replaces it and seals every credential anew, each in a transaction of its own. One that was cut off goes on where it stopped,
   * and makes no other key. Other processes of this installation see the new key at once.
   *
   * @throws AppError STORE_KEY_NOT_RENEWED where the key comes from the environment and is no new one, STORE_KEY_WRONG,
   *   STORE_KEY_UNREADABLE.
   */
  rotate(user: User): Promise<KeyRotation>
}

export function createKeys(keyring: Keyring | FileKeyring, records: Pick<RecordStore, Sealed>, audit: Audit): Keys {
  return {
    async rotate(user) {
      const isUnderWay = (await sumOf((noun) => records[noun].countStale())) > 0
      const keptAt = isUnderWay ? undefined : renew(keyring)
      const resealed = await sumOf((noun) => records[noun].reseal())
      const keyId = keyIdOf(keyring.current())
      await audit(user.name, 'key.rotate', { keyId, resealed })
      return { keyId, resealed, ...(keptAt !== undefined && { keptAt }) }
    },
  }
}

/** What holds something sealed. */
const SEALED = ['connections', 'destinations', 'collectedFiles'] as const
type Sealed = (typeof SEALED)[number]

async function sumOf(countOf: (noun: Sealed) => Promise<number>): Promise<number> {
  let sum = 0
  for (const noun of SEALED) sum += await countOf(noun)
  return sum
}

function renew(keyring: Keyring | FileKeyring): string {
  if ('renew' in keyring) return keyring.renew()
  throw new AppError({
    code: 'STORE_KEY_NOT_RENEWED',
    what: 'Nothing was sealed anew.',
    why: 'The key comes from CORDON_KEY, and everything is sealed with it already.',
    fix: 'Start Cordon with a new CORDON_KEY (`openssl rand -base64 32`) and the present one as CORDON_KEY_PREVIOUS, then rotate.',
  })
}
