import type { ActionRun } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { runSteps } from './run-steps.ts'

const steps = (run: Partial<ActionRun>) =>
  runSteps({ shadow: false, needsApproval: false, reversible: false, ...run } as ActionRun).map(
    ({ title, state }) => `${title} ${state}`,
  )

describe('the steps of an action run', () => {
  it('wait for approval where somebody else must approve', () => {
    expect(steps({ state: 'planned', needsApproval: true })).toEqual([
      'Plan done',
      'Approval now',
      'Run ahead',
      'Proof ahead',
    ])
    expect(steps({ state: 'planned' })).toEqual(['Plan done', 'Run now', 'Proof ahead'])
  })

  it('end with proof, and offer the way back where there is one', () => {
    expect(steps({ state: 'done', reversible: true })).toEqual(['Plan done', 'Run done', 'Proof done', 'Undo ahead'])
    expect(steps({ state: 'reverted', reversible: true }).at(-1)).toBe('Undo done')
    expect(steps({ state: 'reverting', reversible: true }).at(-1)).toBe('Undo now')
  })

  it('of a shadow run end with what would have been', () => {
    expect(steps({ state: 'done', reversible: true, shadow: true })).toEqual([
      'Plan done',
      'Shadow run done',
      'Result done',
    ])
  })

  it('show where it broke off', () => {
    expect(steps({ state: 'rejected', needsApproval: true })).toContain('Approval failed')
    expect(steps({ state: 'expired' })).toContain('Plan failed')
  })
})
