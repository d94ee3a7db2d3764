import { describe, expect, it } from 'vitest'

import { ACTION_RUN_STATES } from '#domain/action-run.ts'
import { AppError } from '#domain/errors.ts'
import { actionRun, at, freshTenant } from '#store/testing/record-store/samples.ts'

import { checkApprovable, checkExecutable, isExpired } from './approval.ts'

const NOON = Date.parse(at(0))
const codeOf = (check: () => void): string | undefined => {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}

/** Every state, with and without need of approval, just before and at the expiry. */
const cases = ACTION_RUN_STATES.flatMap((state) =>
  [true, false].flatMap((needsApproval) =>
    [-1, 0].map((ms) => ({
      run: actionRun(freshTenant(), { state, needsApproval, expiresAt: at(0), createdBy: 'Ana' }),
      now: NOON + ms,
    })),
  ),
)

describe('a plan', () => {
  it('is carried out only while it is good, and approved where it has to be', () => {
    const allowed = cases.filter(({ run, now }) => codeOf(() => checkExecutable(run, now)) === undefined)
    expect(allowed.map(({ run: { state, needsApproval }, now }) => [state, needsApproval, now - NOON])).toEqual([
      ['planned', false, -1],
      ['approved', true, -1],
      ['approved', false, -1],
    ])
  })

  it('is approved once, by somebody else, only where that is needed and while it is good', () => {
    const allowedTo = (approver: string) =>
      cases
        .filter(({ run, now }) => codeOf(() => checkApprovable(run, approver, now)) === undefined)
        .map(({ run: { state, needsApproval }, now }) => [state, needsApproval, now - NOON])
    expect(allowedTo('Ben')).toEqual([['planned', true, -1]])
    expect(allowedTo('ana')).toEqual([])
  })

  it('expires at its moment, and not when something was done with it before', () => {
    const expired = cases.filter(({ run, now }) => isExpired(run, now) && run.needsApproval)
    expect(expired.map(({ run: { state }, now }) => [state, now - NOON])).toEqual([
      ['planned', 0],
      ['approved', 0],
      ['expired', -1],
      ['expired', 0],
    ])
  })

  it('says what is in the way', () => {
    const open = { state: 'planned', needsApproval: true, expiresAt: at(1) } as const
    const run = actionRun(freshTenant(), open)
    expect(codeOf(() => checkExecutable(run, NOON))).toBe('ACTION_APPROVAL_MISSING')
    expect(codeOf(() => checkApprovable(run, run.createdBy, NOON))).toBe('ACTION_APPROVER_SAME')
    expect(codeOf(() => checkExecutable(run, NOON + 60_000))).toBe('ACTION_PLAN_EXPIRED')
    expect(codeOf(() => checkExecutable({ ...run, state: 'rejected' }, NOON))).toBe('ACTION_STATE_WRONG')
  })
})
