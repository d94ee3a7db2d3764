import type { Credential, PasswordCredential } from '#domain/tenant.ts'
import type { RecordStore } from '#store/record-store.ts'
import type { Seal } from '#store/seal.ts'

import { present } from './row.ts'
import type { Database } from './schema.ts'

const COLUMNS = [
  'id',
  'tenantId',
  'name',
  'cloud',
  'clientId',
  'credentialKind',
  'feeds',
  'exchange',
  'settings',
  'createdAt',
  'lastTest',
] as const

/** Connections. The sealed credential is bound to its tenant and connection: copied to another row it does not open. */
export function connections(db: Database, seal: Seal): RecordStore['connections'] {
  return {
    async list(tenantId) {
      const rows = await db
        .selectFrom('connections')
        .select(COLUMNS)
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute()
      return rows.map(present)
    },

    async read(tenantId, id) {
      const row = await db
        .selectFrom('connections')
        .select(COLUMNS)
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && present(row)
    },

    async create(connection, credential) {
      const sealedCredential = seal.close(JSON.stringify(credential), [connection.tenantId, connection.id])
      await db
        .insertInto('connections')
        .values({ ...connection, sealedCredential })
        .execute()
    },

    async readCredential(tenantId, id) {
      const row = await db
        .selectFrom('connections')
        .select('sealedCredential')
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && (JSON.parse(seal.open(row.sealedCredential, [tenantId, id])) as Credential | PasswordCredential)
    },

    async writeTest(tenantId, id, test) {
      await db
        .updateTable('connections')
        .set({ lastTest: test })
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .execute()
    },

    async remove(tenantId, id) {
      await db.deleteFrom('connections').where('tenantId', '=', tenantId).where('id', '=', id).execute()
    },
  }
}
