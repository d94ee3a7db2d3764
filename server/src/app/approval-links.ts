import { z } from 'zod'

import type { ActionRun, ActionTarget } from '#domain/action-run.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { User } from '#domain/user.ts'
import { digestOf } from '#respond/plan-digest.ts'

import type { Tickets } from './tickets.ts'

/**
 * What a link to a plan carries for whoever is asked to approve it. It gives nobody a right: the approver signs in, and is
 * somebody else than the planner, as without it. It proves that what is approved is what stood in the plan when the link was
 * made, and leads there.
 */
export interface ApprovalLinks {
  /** The proof, good for as long as the plan is. */
  issue(madeBy: User, run: ActionRun, targets: readonly ActionTarget[]): string
  /** Who has made the link. @throws AppError ACTION_LINK_WRONG, ACTION_PLAN_CHANGED. */
  check(proof: string, run: ActionRun, targets: readonly ActionTarget[]): string
}

const PURPOSE = 'approval'
const Proof = z.object({ runId: z.string(), tenantId: z.string(), digest: z.string(), madeBy: z.string() })

export function createApprovalLinks(tickets: Tickets, clock: Clock): ApprovalLinks {
  return {
    issue({ name: madeBy }, run, targets) {
      const { id: runId, tenantId } = run
      const proof: z.infer<typeof Proof> = { runId, tenantId, digest: digestOf(run, targets), madeBy }
      return tickets.issue(PURPOSE, proof, Date.parse(run.expiresAt) - clock.now())
    },

    check(given, run, targets) {
      const proof = tickets.read(PURPOSE, given, Proof)
      if (!proof) throw linkWrong('It was not copied whole, was changed on the way, or has run out.')
      if (proof.runId !== run.id || proof.tenantId !== run.tenantId) throw linkWrong('It was made for another plan.')
      if (proof.digest !== digestOf(run, targets)) throw planChanged(proof.madeBy)
      return proof.madeBy
    },
  }
}

const WHAT = 'The plan was not approved.'

function linkWrong(why: string): AppError {
  const fix = 'Ask for a new link; whoever opens the plan from the Actions page copies one there.'
  return new AppError({ code: 'ACTION_LINK_WRONG', what: WHAT, why: `The link does not hold. ${why}`, fix })
}

function planChanged(madeBy: string): AppError {
  return new AppError({
    code: 'ACTION_PLAN_CHANGED',
    what: WHAT,
    why: `The plan is not any more what it was when ${madeBy} copied the link.`,
    fix: `Look at the plan again with ${madeBy}, or reject it and plan the action anew.`,
  })
}
