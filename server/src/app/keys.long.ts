import { spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { openFileKeyring } from '#store/keyring.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import { createSeal } from '#store/seal.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { openSecrets, sealSecrets } from './testing/sealed-secrets.ts'

const PROGRAM = join(import.meta.dirname, 'testing/rotating-keys.ts')
const KILLS = 8
const SECRETS = 4

test(
  'killed at any moment of a rotation, every secret opens with the keys that are there',
  { timeout: 600_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cordon-rotation-'))
    const keyFile = join(folder, 'cordon.key')
    const dataDir = join(folder, 'records')
    await copyTemplate(dataDir)

    async function withRecords<T>(use: (records: ReturnType<typeof createRecordStore>) => Promise<T>): Promise<T> {
      const { pool, stop } = await openEmbeddedPostgres({ dataDir })
      try {
        return await use(createRecordStore({ pool, seal: createSeal(openFileKeyring(keyFile)) }))
      } finally {
        await stop()
      }
    }

    try {
      const secrets = await withRecords(async (records) => {
        await sealSecrets(records, SECRETS)
        return openSecrets(records)
      })
      expect(secrets).toHaveLength(4 * SECRETS)
      for (let kill = 0; kill < KILLS; kill++) {
        const child = spawn(process.execPath, [PROGRAM, dataDir, keyFile], { stdio: ['ignore', 'pipe', 'inherit'] })
        const exited = once(child, 'exit')
        const lines = on(createInterface(child.stdout), 'line')
        await lines.next()
        const begun = performance.now()
        await lines.next()
        // Somewhere in the next one, however fast the machine is.
        await pause(((performance.now() - begun) * kill) / KILLS)
        child.kill('SIGKILL')
        await exited
        expect(await withRecords(openSecrets)).toEqual(secrets)
      }
      // It was at work: each rotation leaves a key behind.
      expect((await readdir(folder)).filter((name) => name.startsWith('cordon.key.')).length).toBeGreaterThan(KILLS)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
