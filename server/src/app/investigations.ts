import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, InvestigationMailbox, MailHit, MailTargets } from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import type { Connection } from '#domain/tenant.ts'
import type { User } from '#domain/user.ts'
import { createInvestigation, readInvestigation, stopInvestigation } from '#investigate/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Bus } from './bus.ts'

export interface NewInvestigation {
  name: string
  /** Needed only where the tenant has several. */
  connectionId?: string | undefined
  filter: MailFilter
  targets: MailTargets
}

/** @throws AppError INVESTIGATION_NOT_FOUND from every method that takes an id. */
export interface Investigations {
  /** Newest first. */
  list(tenantId: TenantId): Promise<Investigation[]>
  /** Starts at once. @throws AppError INVESTIGATION_FILTER_MISSING, CONNECTION_NOT_FOUND, REQUEST_INVALID. */
  create(user: User, tenantId: TenantId, request: NewInvestigation): Promise<Investigation>
  read(tenantId: TenantId, id: string): Promise<Investigation>
  stop(user: User, tenantId: TenantId, id: string): Promise<Investigation>
  mailboxes(tenantId: TenantId, id: string): Promise<InvestigationMailbox[]>
  hits(tenantId: TenantId, id: string): Promise<MailHit[]>
}

export function createInvestigations(parts: {
  records: RecordStore
  /** Has it run to its end, in this process or another. */
  start: (tenantId: TenantId, id: string) => Promise<void>
  audit: Audit
  bus: Bus
  clock: Clock
}): Investigations {
  const { records, start, audit, bus, clock } = parts
  return {
    list: (tenantId) => records.investigations.list(tenantId, 200),

    async create(user, tenantId, { name, connectionId, filter, targets }) {
      const connections = await records.connections.list(tenantId)
      const investigation = await createInvestigation(records, clock, {
        tenantId,
        connectionId: chooseConnection(connections, connectionId).id,
        name,
        filter,
        targets,
        createdBy: user.name,
      })
      await audit(user.name, 'investigation.create', { id: investigation.id, name, targets: targets.kind }, tenantId)
      bus.publish(tenantId, { kind: 'investigation', investigation })
      await start(tenantId, investigation.id)
      return investigation
    },

    read: (tenantId, id) => readInvestigation(records, tenantId, id),

    async stop(user, tenantId, id) {
      const investigation = await stopInvestigation(records, tenantId, id)
      await audit(user.name, 'investigation.stop', { id }, tenantId)
      bus.publish(tenantId, { kind: 'investigation', investigation })
      return investigation
    },

    async mailboxes(tenantId, id) {
      await readInvestigation(records, tenantId, id)
      return records.investigations.mailboxes(tenantId, id)
    },

    async hits(tenantId, id) {
      await readInvestigation(records, tenantId, id)
      return records.investigations.hits(tenantId, id)
    },
  }
}

function chooseConnection(connections: readonly Connection[], id: string | undefined): Connection {
  const chosen = id === undefined ? connections[0] : connections.find((connection) => connection.id === id)
  if (!chosen) {
    throw new AppError({
      code: 'CONNECTION_NOT_FOUND',
      what: 'The investigation was not started.',
      why:
        id === undefined ? 'This tenant has no connection to search through.' : `This tenant has no connection ${id}.`,
      fix: 'Add one on the Connections page or with `npx cordon connections add`.',
    })
  }
  if (id !== undefined || connections.length === 1) return chosen
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'The investigation was not started.',
    why: `This tenant has ${connections.length} connections and none was named.`,
    fix: `Name one as connectionId: ${connections.map((each) => `${each.id} (${each.name})`).join(', ')}.`,
  })
}
