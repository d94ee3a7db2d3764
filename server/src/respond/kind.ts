import type { Microsoft } from '#connect/microsoft.ts'
import type { ActionRun, ActionTarget, TargetKind } from '#domain/action-run.ts'
import type { TenantId } from '#domain/ids.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Action, Count, Target } from './action.ts'

/**
 * A kind of targets: what planning, running and telling of them takes, whatever the action. Everything else of the engine
 * knows targets by name, address and lane alone. List it in kinds/index.ts.
 */
export interface Kind<On extends Target = Target> {
  id: TargetKind
  /**
   * Whether the application's token tells what it may do to them. It does not where Exchange gives rights of its own; then
   * a missing permission shows when the action is carried out.
   */
  isGrantedByToken: boolean
  /**
   * Settles through which connection to act, and on what. Changes nothing.
   *
   * @throws AppError REQUEST_INVALID for targets that are not there, or none; and what `connect` throws.
   */
  resolve(request: TargetRequest): Promise<ResolvedTargets>
  /** What actions get of each target of a run. */
  open(run: ActionRun, records: RecordStore): Promise<(target: ActionTarget) => Omit<On, keyof Target>>
  /** Why a target may not be touched: looked at right before it would be. */
  whyRefused(
    target: Pick<ActionTarget, 'objectId' | 'address'>,
    on: Omit<On, keyof Target>,
    refusal: Refusal,
  ): string | undefined
  /** What a run has taken back: "put back 23 messages in 21 mailboxes". */
  restored(count: Count): string
}

/** By what a target may be refused. */
export interface Refusal {
  action: Action
  settings: ConnectionSettings | undefined
}

export interface TargetRequest {
  records: RecordStore
  tenantId: TenantId
  action: Action
  investigationId?: string | undefined
  /** The connection that is asked for. */
  connectionId?: string | undefined
  /** Targets as their kind names them. */
  targets?: readonly string[] | undefined
  /** Application IDs that Cordon goes by besides those of its connections. */
  ownApplications?: readonly string[] | undefined
  /** @throws AppError where there is no connection for it, or the action cannot work through it. */
  connect(connectionId?: string): Promise<Door>
}

/** A connection through which the action may work. */
export interface Door {
  connectionId: string
  settings: ConnectionSettings | undefined
  /** @throws AppError CONNECT_*. */
  open(): Promise<Microsoft>
}

export interface ResolvedTargets extends Pick<ActionRun, 'connectionId'> {
  targets: NewTarget[]
  /** What else the run says of where they are. */
  about?: Pick<ActionRun, 'investigationId' | 'mailboxesTotal' | 'mailboxesCovered'>
}

export interface NewTarget extends Pick<ActionTarget, 'ref' | 'objectId' | 'name' | 'address' | 'lane'> {
  before?: Record<string, unknown>
  /** Why the action is not to be carried out on it. */
  protectedBy?: string
}
