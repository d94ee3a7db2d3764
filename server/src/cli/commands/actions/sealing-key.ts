import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'

import { writeNewFile } from '#cli/write-new-file.ts'
import { createSealingKey } from '#domain/sealed-secret.ts'

/**
 * Plans with a key that secrets of the action are sealed to: the private one goes into a new file that only its owner may read
 * and that goes again where nothing was planned; the public one is a setting. Without a file there is no key.
 *
 * @throws AppError REQUEST_INVALID when the file is there already, or cannot be written; what `plan` throws.
 */
export async function withSealingKey<T>(
  file: string | undefined,
  plan: (settings: { sealTo?: string }) => Promise<T>,
): Promise<T> {
  if (file === undefined) return plan({})
  const { publicKey: sealTo, privateKey } = createSealingKey()
  await writeNewFile(file, async () => Readable.from([privateKey]))
  try {
    return await plan({ sealTo })
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}
