import { afterAll } from 'vitest'

import { startEmulator, type Emulator, type EmulatorOptions } from '#index.ts'

import { clientOf, type Client } from './client.ts'

/** An emulator of its own for the tests of a file, and a client of it; both end with them. */
export async function cloudOf(options?: EmulatorOptions): Promise<{ emulator: Emulator; client: Client }> {
  const emulator = await startEmulator(options)
  const client = clientOf(emulator)
  afterAll(async () => {
    client.close()
    await emulator.stop()
  })
  return { emulator, client }
}
