import { createAudit } from '#app/audit.ts'
import { createKeys } from '#app/keys.ts'
import { systemClock } from '#domain/clock.ts'
import { openEmbeddedPostgres } from '#store/engines/postgres-embedded/engine.ts'
import { openFileKeyring } from '#store/keyring.ts'
import { createRecordStore } from '#store/postgres/record-store.ts'
import { createSeal } from '#store/seal.ts'

/** A program that rotates the key in a folder again and again, until it is killed. Says so when it begins, and after each time. */
const [, , dataDir = '', keyFile = ''] = process.argv
const keyring = openFileKeyring(keyFile)
const { pool } = await openEmbeddedPostgres({ dataDir })
const records = createRecordStore({ pool, seal: createSeal(keyring) })
const keys = createKeys(keyring, records, createAudit(records, systemClock))
console.log('begun')
for (;;) {
  await keys.rotate({ id: 'a', name: 'ana', role: 'administrator', createdAt: '' })
  console.log('rotated')
}
