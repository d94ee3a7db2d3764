import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { missingPermission } from '#connect/consent.ts'
import { permissionFix } from '#connect/faults.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type ActionRun, type ActionSample, type ActionTarget } from '#domain/action-run.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { Connection } from '#domain/tenant.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Action } from './action.ts'
import { ACTIONS } from './actions/index.ts'
import { APPROVAL_FROM, PLAN_MS } from './approval.ts'
import type { Door, TargetRequest } from './kind.ts'
import { KINDS } from './kinds/index.ts'
import { invalid, NOT_PLANNED } from './not-planned.ts'

export interface ActionPlan extends Pick<
  TargetRequest,
  'investigationId' | 'connectionId' | 'targets' | 'ownApplications'
> {
  records: RecordStore
  clock: Clock
  tenantId: TenantId
  /** Action id. */
  action: string
  /** Which connection to act through: on what one has found, or the one that is asked for; the same when absent. */
  connectionFor?: (wish?: string) => Promise<string>
  /** Opens a connection; asked only where something must be read before. @throws AppError CONNECT_*. */
  open: (connectionId: string) => Promise<Microsoft>
  /** Settings of the action; its defaults when absent. */
  options?: Record<string, unknown>
  /** Only to read, and to say what would have been done. */
  shadow?: boolean
  /** The tenant lets the action run no other way: it is a shadow run whatever was asked for. */
  shadowOnly?: boolean
  /** From so many targets on somebody else must approve; {@link APPROVAL_FROM} when absent. */
  approvalFrom?: number
  /** How long the plan is good; {@link PLAN_MS} when absent. */
  goodForMs?: number
  /** User name. */
  createdBy: string
}

/**
 * Writes down what an action would do to what, and changes nothing at Microsoft. Targets that may not be touched are in the
 * plan with the reason.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND; REQUEST_INVALID for an unknown action, wrong settings, unknown targets, or none;
 * ACTION_NOT_OFFERED in a cloud or a tenant without it; CONNECT_PERMISSION_MISSING; other CONNECT_* where it had to be asked.
 */
export async function planActionRun(plan: ActionPlan): Promise<{ actionRun: ActionRun; targets: ActionTarget[] }> {
  const { records, tenantId, createdBy, shadowOnly = false, connectionFor = same } = plan
  const shadow = plan.shadow === true || shadowOnly
  const action = findAction(plan.action)
  const options = parseOptions(action, plan.options)
  const found = await KINDS[action.on].resolve({
    records,
    tenantId,
    action,
    investigationId: plan.investigationId,
    connectionId: plan.connectionId,
    targets: plan.targets,
    ownApplications: plan.ownApplications,
    connect: async (wish) => connect(plan, action, await connectionFor(wish), options),
  })
  const id = randomUUID()
  const now = plan.clock.now()
  const targets = found.targets.map(({ protectedBy: reason, ...target }): ActionTarget => ({
    ...target,
    id: stableId(id, target.ref),
    updatedAt: isoTime(now),
    ...(reason === undefined ? { state: 'planned' } : { state: 'protected', reason }),
  }))
  const planned = targets.filter(({ state }) => state === 'planned')
  const guarded = targets.length - planned.length
  const actionRun: ActionRun = {
    id,
    tenantId,
    connectionId: found.connectionId,
    action: action.id,
    targetKind: action.on,
    ...found.about,
    state: 'planned',
    effect: effectOf(action, planned, guarded, { ...plan, options }),
    reversible: action.revert !== undefined && !shadow,
    ...(options && { options }),
    shadow,
    targetsTotal: targets.length,
    targetsByState: {
      ...(planned.length > 0 && { planned: planned.length }),
      ...(guarded > 0 && { protected: guarded }),
    },
    sample: sampleOf(planned),
    needsApproval: !shadow && planned.length >= (plan.approvalFrom ?? APPROVAL_FROM),
    expiresAt: isoTime(now + (plan.goodForMs ?? PLAN_MS)),
    createdBy,
    createdAt: isoTime(now),
  }
  await records.actionRuns.create(actionRun, targets)
  return { actionRun, targets }
}

/** @throws AppError REQUEST_INVALID when there is no action of this id. */
export function findAction(id: string): Action {
  const action = ACTIONS.find((each) => each.id === id)
  if (action) return action
  throw invalid(`There is no action “${id}”.`, `Use one of: ${ACTIONS.map((each) => each.id).join(', ')}.`)
}

function parseOptions({ id, options }: Action, given: unknown): Record<string, unknown> | undefined {
  if (!options) {
    if (given === undefined) return undefined
    throw invalid(`The action ${id} has no settings.`, 'Leave them out.')
  }
  const parsed = options.safeParse(given ?? {})
  if (parsed.success) return parsed.data
  throw invalid(z.prettifyError(parsed.error), `Correct the settings of ${id}; docs/reference/actions.md tells them.`)
}

const same = async (wish?: string): Promise<string> => wish ?? ''

/** A connection that the action may be carried out through, as far as can be known before. */
async function connect(plan: ActionPlan, action: Action, connectionId: string, options: unknown): Promise<Door> {
  const connection = await plan.records.connections.read(plan.tenantId, connectionId)
  if (connection) checkOffered(action, connection)
  const open = () => plan.open(connectionId)
  await checkGranted(plan, action, options, open)
  if (action.check) await check(action, await open())
  return { connectionId, settings: connection?.settings, open }
}

function checkOffered(action: Action, { cloud, exchange }: Connection): void {
  if (exchange && !action.onPremises) {
    throw notOffered(
      action,
      'Microsoft 365 is needed for it, and these mailboxes are on an Exchange server on premises.',
      (other) => other.onPremises === true,
    )
  }
  const { clouds = [], why = '' } = action.notOfferedIn ?? {}
  if (clouds.includes(cloud)) throw notOffered(action, why, (other) => !other.notOfferedIn?.clouds.includes(cloud))
}

function notOffered({ on }: Action, why: string, isOffered: (other: Action) => boolean): AppError {
  const others = ACTIONS.filter((other) => other.on === on && isOffered(other)).map(({ id }) => id)
  const fix = others.length > 0 ? `Use one of: ${others.join(', ')}.` : 'Choose another connection.'
  return new AppError({ code: 'ACTION_NOT_OFFERED', what: NOT_PLANNED, why, fix })
}

/** Permissions are asked for only where the token tells of them, or a setting needs one more. */
async function checkGranted(
  { clock }: ActionPlan,
  action: Action,
  options: unknown,
  open: () => Promise<Microsoft>,
): Promise<void> {
  const more = action.optionNeeds?.(options, clock.now()) ?? []
  const needs = KINDS[action.on].isGrantedByToken ? [...action.permissions, ...more] : more
  const missing = needs.length > 0 ? await missingPermission(await open(), needs) : undefined
  if (!missing) return
  const isOption = more.includes(missing)
  const { permission, resource, why } = missing
  throw new AppError({
    code: 'CONNECT_PERMISSION_MISSING',
    what: NOT_PLANNED,
    why: `${isOption ? 'One of its settings' : 'It'} needs ${permission} of ${resource}: ${why}`,
    fix: `${isOption ? 'Leave the setting out. Or: ' : ''}${permissionFix(permission, resource)}`,
  })
}

async function check(action: Action, microsoft: Microsoft): Promise<void> {
  try {
    await action.check!(microsoft)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONNECT_REQUEST_REFUSED') throw error
    const { fix, microsoft: said } = error
    const why = reasonOf(error)
    throw new AppError({ code: 'ACTION_NOT_OFFERED', what: NOT_PLANNED, why, fix, ...(said && { microsoft: said }) })
  }
}

function effectOf(
  action: Action,
  targets: readonly ActionTarget[],
  guarded: number,
  {
    shadow,
    shadowOnly,
    options,
  }: Pick<ActionPlan, 'shadow' | 'shadowOnly'> & { options: Record<string, unknown> | undefined },
): string {
  const lanes = new Set(targets.map(({ lane }) => lane)).size
  const does = action.does({ targets: targets.length, lanes }, options)
  const others = guarded > 0 ? `; ${guarded} ${guarded === 1 ? 'is' : 'are'} protected and left alone` : ''
  if (shadow || shadowOnly) {
    const why = shadowOnly ? ': this tenant lets this action run as shadow only.' : '.'
    return `Look whether Cordon could ${does}${others}. Nothing is changed${why}`
  }
  const back = action.revert ? 'Cordon can undo it.' : 'Cordon cannot undo it.'
  return `${does.charAt(0).toUpperCase()}${does.slice(1)}${others}. ${back}`
}

const SAMPLE_MOST = 10

/** Of as many lanes as there are, and only then more of one. */
function sampleOf(targets: readonly ActionTarget[]): ActionSample[] {
  const byLane = [...Map.groupBy(targets, ({ lane }) => lane).values()]
  const first = byLane.slice(0, SAMPLE_MOST).map(([target]) => target!)
  const more = byLane.flatMap((lane) => lane.slice(1))
  return [...first, ...more].slice(0, SAMPLE_MOST).map(({ address, name }) => ({ address, name }))
}
