import { type Clock, isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { EVERY_ACTION, type Safeguards as InForce } from '#domain/safeguards.ts'
import type { User } from '#domain/user.ts'
import { findAction } from '#respond/plan.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Bus } from './bus.ts'

/**
 * What holds actions back, whatever was planned and approved: a stop of all acting, of a tenant or of the installation, and
 * actions that a tenant lets run as shadow only. The runner looks for a stop before each target, so it also holds what
 * other processes carry out.
 */
export interface Safeguards {
  read(tenantId: TenantId): Promise<InForce>
  /**
   * Running actions hold before their next target, and nothing begins. Without a tenant: everywhere.
   *
   * @throws AppError ACTION_STOP_WRONG when it is stopped already.
   */
  stop(by: User, tenantId: TenantId | undefined, reason: string): Promise<void>
  /** Actions that held go on. @throws AppError ACTION_STOP_WRONG when it is not stopped. */
  resume(by: User, tenantId: TenantId | undefined): Promise<void>
  /** @throws AppError REQUEST_INVALID for actions that do not exist. */
  setShadowActions(by: User, tenantId: TenantId, actions: readonly string[]): Promise<InForce>
}

export function createSafeguards(parts: {
  records: Pick<RecordStore, 'safeguards' | 'tenants'>
  audit: Audit
  bus: Bus
  clock: Clock
  /** Takes up what held. */
  takeUp: (tenantId?: TenantId) => Promise<void>
}): Safeguards {
  const { records, audit, bus, clock, takeUp } = parts

  async function read(tenantId: TenantId): Promise<InForce> {
    const { stops, shadowActions } = records.safeguards
    return { stops: await stops(tenantId), shadowActions: await shadowActions(tenantId) }
  }

  async function tell(tenantId: TenantId | undefined): Promise<void> {
    const tenants = tenantId === undefined ? (await records.tenants.list()).map(({ id }) => id) : [tenantId]
    for (const id of tenants) bus.publish(id, { kind: 'safeguards', safeguards: await read(id) })
  }

  return {
    read,

    async stop({ name }, tenantId, reason) {
      const stop = { reason, stoppedBy: name, stoppedAt: isoTime(clock.now()), ...(tenantId && { tenantId }) }
      if (!(await records.safeguards.stop(stop))) throw stopWrong('It is stopped already.', 'Nothing needs doing.')
      await audit(name, 'acting.stop', { reason }, tenantId)
      await tell(tenantId)
    },

    async resume({ name }, tenantId) {
      if (!(await records.safeguards.resume(tenantId))) {
        throw stopWrong('It is not stopped there.', 'See on the Actions page what is: a tenant, or the installation.')
      }
      await audit(name, 'acting.resume', {}, tenantId)
      await tell(tenantId)
      await takeUp(tenantId)
    },

    async setShadowActions({ name }, tenantId, actions) {
      const wanted = [...new Set(actions)]
      for (const action of wanted) if (action !== EVERY_ACTION) findAction(action)
      const before = await records.safeguards.shadowActions(tenantId)
      await records.safeguards.setShadowActions(tenantId, wanted)
      await audit(name, 'shadow-actions.set', { actions: wanted, before }, tenantId)
      await tell(tenantId)
      return read(tenantId)
    },
  }
}

function stopWrong(why: string, fix: string): AppError {
  return new AppError({ code: 'ACTION_STOP_WRONG', what: 'Nothing was changed.', why, fix })
}
