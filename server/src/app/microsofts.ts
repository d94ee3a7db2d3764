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
 * Microsoft's throttling are known in one place.
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
  const doors = new Map<string, Promise<Door>>()

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

  async function forget(connectionId: string): Promise<void> {
    const door = doors.get(connectionId)
    doors.delete(connectionId)
    await door?.then((open) => open.close())
  }

  return {
    draft,
    open(tenantId, connectionId) {
      const open = doors.get(connectionId)
      if (open) return open
      const door = make(tenantId, connectionId)
      doors.set(connectionId, door)
      door.catch(() => doors.delete(connectionId))
      return door
    },
    async traffic() {
      const open = await Promise.all(doors.values())
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
      await Promise.all([...doors.keys()].map(forget))
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
