import type { Cloud } from '#connect/clouds.ts'
import { findCloud, withCloudAppsPortal } from '#connect/clouds.ts'
import { createMicrosoft } from '#connect/create-microsoft.ts'
import { createExchangeDoor } from '#connect/ews/create-exchange-door.ts'
import type { Microsoft, Traffic } from '#connect/microsoft.ts'
import type { Wait } from '#connect/throttle.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Connection, Credential } from '#domain/tenant.ts'
import type { RecordStore } from '#store/record-store.ts'

/**
 * The doors to Microsoft that are open: one a connection, shared by everything that uses it, so that its tokens and
 * Microsoft's throttling are known in one place. What another process changes of a connection is noticed here within seconds.
 */
export interface Microsofts {
  /** @throws AppError CONNECTION_NOT_FOUND, CONNECT_CLOUD_UNKNOWN, CONNECT_CERTIFICATE_UNREADABLE, STORE_KEY_WRONG. */
  open(tenantId: TenantId, connectionId: string): Promise<Microsoft>
  /** A door of its own for what may never be saved. The caller closes it. @throws AppError as `open`. */
  draft(connection: ConnectionAddress, credential: Credential): Microsoft & { close(): Promise<void> }
  /** What went through all doors since this process began. */
  traffic(): Promise<Traffic>
  /** Ends its requests; the next `open` begins anew. */
  forget(connectionId: string): Promise<void>
  close(): Promise<void>
}

/** A door is used so long before anybody looks whether its connection has changed. */
const FRESH_MS = 2000
/** What is under way through the door of before may end meanwhile. */
const LINGER_MS = 60_000

/** What a door is opened with. */
export type ConnectionAddress = Pick<Connection, 'tenantId' | 'clientId' | 'cloud' | 'settings'>

export function createMicrosofts(
  records: Pick<RecordStore, 'connections' | 'budgets'>,
  clouds: readonly Cloud[],
  clock: Clock,
  /** How to wait for Microsoft; timers when absent. */
  wait?: Wait,
): Microsofts {
  type Door = Microsoft & { close(): Promise<void> }
  interface Kept {
    door: Promise<Door>
    /** Of the connection as the door was opened. */
    stamp: Promise<string | undefined>
    lookedAt: number
    isCurrent: Promise<boolean>
  }
  const doors = new Map<string, Kept>()
  const retired = new Map<Kept, NodeJS.Timeout>()

  async function make(tenantId: TenantId, connectionId: string): Promise<Door> {
    const [connection, credential] = await Promise.all([
      records.connections.read(tenantId, connectionId),
      records.connections.readCredential(tenantId, connectionId),
    ])
    if (!connection || !credential) throw connectionNotFound(connectionId)
    const { clientId, exchange } = connection
    if (credential.kind === 'password') {
      if (!exchange) throw connectionNotFound(connectionId)
      const { password, ca } = credential
      return createExchangeDoor({ tenantId, ...exchange, user: clientId, password, ca, clock })
    }
    return draft(connection, credential)
  }

  function draft({ tenantId, clientId, cloud, settings }: ConnectionAddress, credential: Credential): Door {
    return createMicrosoft({
      tenantId,
      clientId,
      credential,
      cloud: cloudOf(cloud, settings, clouds),
      clock,
      budgets: records.budgets,
      ...(wait && { wait }),
    })
  }

  function keep(tenantId: TenantId, connectionId: string): Kept {
    // The stamp first: what changes between the two is noticed then, and not missed.
    const stamp = records.connections.stamp(tenantId, connectionId)
    const door = stamp.then(() => make(tenantId, connectionId))
    const kept = { door, stamp, lookedAt: clock.now(), isCurrent: Promise.resolve(true) }
    doors.set(connectionId, kept)
    door.catch(() => {
      if (doors.get(connectionId) === kept) doors.delete(connectionId)
    })
    return kept
  }

  async function isCurrent(kept: Kept, tenantId: TenantId, connectionId: string): Promise<boolean> {
    const [before, now] = await Promise.all([kept.stamp, records.connections.stamp(tenantId, connectionId)])
    return before === now
  }

  function retire(kept: Kept): void {
    retired.set(kept, setTimeout(() => void shut(kept), LINGER_MS).unref())
  }

  async function shut(kept: Kept): Promise<void> {
    clearTimeout(retired.get(kept))
    retired.delete(kept)
    await kept.door.then((open) => open.close())
  }

  async function forget(connectionId: string): Promise<void> {
    const kept = doors.get(connectionId)
    doors.delete(connectionId)
    if (kept) await shut(kept)
  }

  return {
    draft,
    async open(tenantId, connectionId) {
      const kept = doors.get(connectionId)
      if (!kept) return keep(tenantId, connectionId).door
      if (clock.now() - kept.lookedAt >= FRESH_MS) {
        kept.lookedAt = clock.now()
        kept.isCurrent = isCurrent(kept, tenantId, connectionId)
      }
      if (await kept.isCurrent) return kept.door
      if (doors.get(connectionId) === kept) {
        doors.delete(connectionId)
        retire(kept)
      }
      return (doors.get(connectionId) ?? keep(tenantId, connectionId)).door
    },
    async traffic() {
      const open = await Promise.all([...doors.values(), ...retired.keys()].map(({ door }) => door))
      const sum = (count: (traffic: Readonly<Traffic>) => number) =>
        open.reduce((total, { traffic }) => total + count(traffic), 0)
      return {
        requests: sum(({ requests }) => requests),
        parts: sum(({ parts }) => parts),
        throttled: sum(({ throttled }) => throttled),
      }
    },
    forget,
    async close() {
      await Promise.all([...[...doors.keys()].map(forget), ...[...retired.keys()].map(shut)])
    },
  }
}

/** The cloud called `name`, with the tenant's own addresses in it. @throws AppError CONNECT_CLOUD_UNKNOWN, CONNECT_ADDRESS_REFUSED. */
export function cloudOf(name: string, { cloudAppsUrl }: Connection['settings'], clouds: readonly Cloud[]): Cloud {
  const cloud = findCloud(name, clouds)
  return cloudAppsUrl === undefined ? cloud : withCloudAppsPortal(cloud, cloudAppsUrl)
}

export function connectionNotFound(id: string): AppError {
  return new AppError({
    code: 'CONNECTION_NOT_FOUND',
    what: 'Could not open the connection.',
    why: `There is no connection ${id}.`,
    fix: 'Choose one from the Connections page or from `npx cordon connections list`.',
  })
}
