import { randomUUID } from 'node:crypto'

import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import { isoTime, type Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { stableId, type TenantId } from '#domain/ids.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { RecordStore } from '#store/record-store.ts'

import type { Action } from './action.ts'
import { ACTIONS } from './actions/index.ts'

export interface ActionPlan {
  records: RecordStore
  clock: Clock
  tenantId: TenantId
  /** Action id. */
  action: string
  investigationId: string
  /** Hits to act on; all of the investigation when absent. */
  hitIds?: readonly string[]
  /** User name. */
  createdBy: string
}

/**
 * Writes down what an action would do to which messages, and changes nothing at Microsoft.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND; REQUEST_INVALID for an unknown action, unknown hits, or none.
 */
export async function planActionRun(plan: ActionPlan): Promise<{ actionRun: ActionRun; targets: ActionTarget[] }> {
  const { records, tenantId, investigationId, createdBy } = plan
  const action = findAction(plan.action)
  const investigation = await records.investigations.read(tenantId, investigationId)
  if (!investigation) {
    throw new AppError({
      code: 'INVESTIGATION_NOT_FOUND',
      what: 'The action was not planned.',
      why: `This tenant has no investigation ${investigationId}.`,
      fix: 'See the Investigations page, or run `npx cordon investigations list`.',
    })
  }
  const hits = choose(await records.investigations.hits(tenantId, investigationId), plan.hitIds)
  const id = randomUUID()
  const now = isoTime(plan.clock.now())
  const targets = hits.map((hit): ActionTarget => ({
    id: stableId(id, hit.id),
    hitId: hit.id,
    userId: hit.userId,
    userPrincipalName: hit.userPrincipalName,
    messageId: hit.messageId,
    subject: hit.subject,
    state: 'planned',
    updatedAt: now,
  }))
  const mailboxes = new Set(targets.map(({ userId }) => userId)).size
  const actionRun: ActionRun = {
    id,
    tenantId,
    connectionId: investigation.connectionId,
    action: action.id,
    investigationId,
    state: 'planned',
    effect: action.effect({ messages: targets.length, mailboxes }),
    reversible: action.revert !== undefined,
    targetsTotal: targets.length,
    targetsByState: { planned: targets.length },
    createdBy,
    createdAt: now,
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
  return new AppError({ code: 'REQUEST_INVALID', what: 'The action was not planned.', why, fix })
}
