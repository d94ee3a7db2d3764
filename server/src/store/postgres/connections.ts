import { sql } from 'kysely'

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
  'certificate',
  'pendingCertificate',
  'feeds',
  'secretFeeds',
  'exchange',
  'settings',
  'createdAt',
  'lastTest',
] as const

const STAMP = sql<string>`md5(concat_ws(
  '|', encode(sealed_credential, 'hex'), client_id, cloud, settings::text, exchange::text, last_test ->> 'baseline'
))`

/** Connections. The sealed credential is bound to its tenant and connection: copied to another row it does not open. */
export function connections(db: Database, seal: Seal): RecordStore['connections'] {
  /** Rows with something that is not sealed under the current key. */
  async function stale() {
    const rows = await db
      .selectFrom('connections')
      .select(['tenantId', 'id', 'sealedCredential', 'sealedPending'])
      .orderBy('createdAt')
      .execute()
    return rows.filter(({ sealedCredential, sealedPending }) =>
      [sealedCredential, sealedPending].some((sealed) => sealed && !seal.isCurrent(sealed)),
    )
  }

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

    async stamp(tenantId, id) {
      const row = await db
        .selectFrom('connections')
        .select(STAMP.as('stamp'))
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row?.stamp
    },

    async change(connection, { credential, pending } = {}) {
      const { tenantId, id, name, feeds, settings, credentialKind } = connection
      const { certificate = null, pendingCertificate = null, secretFeeds = null } = connection
      const close = (plain: Credential) => seal.close(JSON.stringify(plain), [tenantId, id])
      const { numUpdatedRows } = await db
        .updateTable('connections')
        .set({
          name,
          feeds,
          settings,
          credentialKind,
          certificate,
          pendingCertificate,
          secretFeeds,
          ...(credential && { sealedCredential: close(credential) }),
          ...(pending && { sealedPending: close(pending) }),
          ...(pendingCertificate === null && { sealedPending: null }),
        })
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async readPending(tenantId, id) {
      const row = await db
        .selectFrom('connections')
        .select('sealedPending')
        .where('tenantId', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row?.sealedPending ? (JSON.parse(seal.open(row.sealedPending, [tenantId, id])) as Credential) : undefined
    },

    async reseal() {
      let changed = 0
      for (const { tenantId, id } of await stale()) {
        changed += await db.transaction().execute(async (transaction) => {
          const row = await transaction
            .selectFrom('connections')
            .select(['sealedCredential', 'sealedPending'])
            .where('tenantId', '=', tenantId)
            .where('id', '=', id)
            .forUpdate()
            .executeTakeFirst()
          if (!row) return 0
          const anew = (sealed: Buffer) => seal.close(seal.open(sealed, [tenantId, id]), [tenantId, id])
          await transaction
            .updateTable('connections')
            .set({
              sealedCredential: anew(row.sealedCredential),
              sealedPending: row.sealedPending && anew(row.sealedPending),
            })
            .where('tenantId', '=', tenantId)
            .where('id', '=', id)
            .execute()
          return 1
        })
      }
      return changed
    },

    countStale: async () => (await stale()).length,

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
