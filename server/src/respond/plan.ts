import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import { permissionFix } from '#connect/faults.ts'
import type { ActionRun, ActionSample, ActionTarget } from '#domain/action-run.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { Investigation, MailHit } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Action } from './action.ts'
import { ACTIONS } from './actions/index.ts'
import { APPROVAL_FROM, PLAN_MS } from './approval.ts'

export interface ActionPlan {
  records: RecordStore
  clock: Clock
  tenantId: TenantId
  /** Action id. */
  action: string
  investigationId: string
  /** Which connection to act through on what one has found; the same when absent. */
  connectionFor?: (found: string) => Promise<string>
  /** Hits to act on; all of the investigation when absent. */
  hitIds?: readonly string[]
  /** Settings of the action; its defaults when absent. */
  options?: Record<string, unknown>
  /** Only to read, and to say what would have been done. */
  shadow?: boolean
  /** From so many targets on somebody else must approve; {@link APPROVAL_FROM} when absent. */
  approvalFrom?: number
  /** How long the plan is good; {@link PLAN_MS} when absent. */
  goodForMs?: number
  /** What a connection has been granted at Microsoft Graph; asked only where a setting needs more than the action does. */
  grantedRoles?: (connectionId: string) => Promise<readonly string[]>
  /** User name. */
  createdBy: string
}

/**
 * Writes down what an action would do to which messages, and changes nothing at Microsoft.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND; REQUEST_INVALID for an unknown action, wrong settings, unknown hits, or none;
 * ACTION_NOT_OFFERED in a cloud without it; CONNECT_PERMISSION_MISSING for a setting that needs another permission.
 */
export async function planActionRun(plan: ActionPlan): Promise<{ actionRun: ActionRun; targets: ActionTarget[] }> {
  const { records, tenantId, investigationId, createdBy, shadow = false } = plan
  const action = findAction(plan.action)
  const options = parseOptions(action, plan.options)
  const investigation = await records.investigations.read(tenantId, investigationId)
  if (!investigation) {
    throw new AppError({
      code: 'INVESTIGATION_NOT_FOUND',
      what: NOT_PLANNED,
      why: `This tenant has no investigation ${investigationId}.`,
      fix: 'See the Investigations page, or run `npx cordon investigations list`.',
    })
  }
  const { connectionFor = async (found) => found } = plan
  const connectionId = await connectionFor(investigation.connectionId)
  await checkOffered(plan, action, connectionId, options)
  const hits = choose(await records.investigations.hits(tenantId, investigationId), plan.hitIds)
  const earlier = await (action.restores &&
    records.actionRuns.earlier(
      tenantId,
      hits.map(({ messageId }) => messageId),
    ))
  const id = randomUUID()
  const now = plan.clock.now()
  const targets = hits.map((hit): ActionTarget => {
    const before = earlier?.get(hit.messageId)
    return {
      id: stableId(id, hit.id),
      hitId: hit.id,
      userId: hit.userId,
      userPrincipalName: hit.userPrincipalName,
      messageId: hit.messageId,
      subject: hit.subject,
      state: 'planned',
      ...(before && { before }),
      updatedAt: isoTime(now),
    }
  })
  const mailboxesTotal = new Set(targets.map(({ userId }) => userId)).size
  const actionRun: ActionRun = {
    id,
    tenantId,
    connectionId,
    action: action.id,
    investigationId,
    state: 'planned',
    effect: effectOf(action, { messages: targets.length, mailboxes: mailboxesTotal }, shadow),
    reversible: action.revert !== undefined && !shadow,
    ...(options && { options }),
    shadow,
    targetsTotal: targets.length,
    targetsByState: { planned: targets.length },
    mailboxesTotal,
    ...coverageOf(investigation),
    sample: sampleOf(targets),
    needsApproval: !shadow && targets.length >= (plan.approvalFrom ?? APPROVAL_FROM),
    expiresAt: isoTime(now + (plan.goodForMs ?? PLAN_MS)),
    createdBy,
    createdAt: isoTime(now),
  }
  await records.actionRuns.create(actionRun, targets)
  return { actionRun, targets }
}

export const NOT_PLANNED = 'The action was not planned.'

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

async function checkOffered(
  { records, clock, tenantId, grantedRoles }: ActionPlan,
  action: Action,
  connectionId: string,
  options: unknown,
): Promise<void> {
  const { cloud, exchange } = (await records.connections.read(tenantId, connectionId)) ?? {}
  if (exchange && !action.onPremises) {
    const others = ACTIONS.filter(({ onPremises }) => onPremises).map(({ id }) => id)
    throw new AppError({
      code: 'ACTION_NOT_OFFERED',
      what: NOT_PLANNED,
      why: 'Microsoft 365 is needed for it, and these mailboxes are on an Exchange server on premises.',
      fix: `Use one of: ${others.join(', ')}.`,
    })
  }
  const { clouds = [], why = '' } = action.notOfferedIn ?? {}
  if (cloud !== undefined && clouds.includes(cloud)) {
    const others = ACTIONS.filter((each) => !each.notOfferedIn?.clouds.includes(cloud)).map(({ id }) => id)
    throw new AppError({
      code: 'ACTION_NOT_OFFERED',
      what: NOT_PLANNED,
      why,
      fix: `Use one of: ${others.join(', ')}.`,
    })
  }
  const needs = action.optionNeeds?.(options, clock.now()) ?? []
  if (needs.length === 0 || !grantedRoles) return
  const roles = await grantedRoles(connectionId)
  const missing = needs.find(({ permission }) => !roles.includes(permission))
  if (!missing) return
  throw new AppError({
    code: 'CONNECT_PERMISSION_MISSING',
    what: NOT_PLANNED,
    why: `One of its settings needs ${missing.permission} of ${missing.resource}: ${missing.why}`,
    fix: `Leave the setting out. Or: ${permissionFix(missing.permission, missing.resource)}`,
  })
}

function effectOf(action: Action, count: Parameters<Action['does']>[0], shadow: boolean): string {
  const does = action.does(count)
  if (shadow) return `Look whether Cordon could ${does}. Nothing is changed.`
  const back = action.revert ? 'Cordon can undo it.' : 'Cordon cannot undo it.'
  return `${does.charAt(0).toUpperCase()}${does.slice(1)}. ${back}`
}

/** How far the search went, unless Microsoft's records named the mailboxes: then it covers no more than it found. */
function coverageOf({ finding, mailboxesTotal }: Investigation): Pick<ActionRun, 'mailboxesCovered'> {
  return finding?.complete ? {} : { mailboxesCovered: mailboxesTotal }
}

const SAMPLE_MOST = 10

/** As many mailboxes as there are, and only then more of one. */
function sampleOf(targets: readonly ActionTarget[]): ActionSample[] {
  const byMailbox = [...Map.groupBy(targets, ({ userId }) => userId).values()]
  const first = byMailbox.slice(0, SAMPLE_MOST).map(([target]) => target!)
  const more = byMailbox.flatMap((mailbox) => mailbox.slice(1))
  return [...first, ...more]
    .slice(0, SAMPLE_MOST)
    .map(({ userPrincipalName, subject }) => ({ userPrincipalName, subject }))
}

function choose(hits: readonly MailHit[], ids: readonly string[] | undefined): readonly MailHit[] {
  const wanted = new Set(ids ?? hits.map(({ id }) => id))
  const chosen = hits.filter(({ id }) => wanted.delete(id))
  if (wanted.size > 0) {
    throw invalid(`The investigation has no hit ${[...wanted].join(', ')}.`, 'Choose among the hits that it lists.')
  }
  if (chosen.length === 0) throw invalid('No message is chosen.', 'Choose at least one hit of the investigation.')
  return chosen
}

function invalid(why: string, fix: string): AppError {
  return new AppError({ code: 'REQUEST_INVALID', what: NOT_PLANNED, why, fix })
}
