import { expect, it } from 'vitest'

import type { ActionTargetState } from '#domain/action-run.ts'
import { actionRun, freshTenant, target } from '#store/testing/record-store/samples.ts'

import { ACTIONS } from './actions/index.ts'
import { summarize } from './summarize.ts'

/** A run with targets in these states, each in a mailbox of its own but the last, which is in the first one's. */
function ended(states: readonly ActionTargetState[], change: Parameters<typeof actionRun>[1] = {}) {
  const targets = states.map((state, i) => target(`${i}`, { state, lane: i === states.length - 1 ? '0' : `${i}` }))
  const counts = Map.groupBy(states, (state) => state)
  const targetsByState = Object.fromEntries([...counts].map(([state, { length }]) => [state, length]))
  return summarize(actionRun(freshTenant(), { startedAt: '2026-01-15T08:00:00Z', targetsByState, ...change }), targets)
}

it('says of a shadow run what would have been done, and that nothing was', () => {
  const states = ['would-change', 'would-change', 'already-gone', 'not-reachable', 'would-change'] as const
  expect(ended(states, { shadow: true, state: 'partly' })).toBe(
    'Would have removed 3 messages from 2 mailboxes; 1 already gone, 1 not reachable. Nothing was changed.',
  )
})

it('says of a run what was done, and of each other end how many came to it', () => {
  const states = ['verified', 'failed', 'moved-by-user', 'verified'] as const
  expect(ended(states, { state: 'partly' })).toBe('Removed 2 messages from 1 mailbox; 1 moved by the user, 1 failed.')
  expect(ended(['reverted', 'revert-failed'], { state: 'partly', action: 'soft-delete-message' })).toBe(
    'Put back 1 message in 1 mailbox; 1 not put back.',
  )
})

it('says nothing while nothing has been done', () => {
  const run = actionRun(freshTenant())
  for (const state of ['planned', 'approved', 'rejected', 'expired'] as const) {
    expect(summarize({ ...run, state }, [])).toBeUndefined()
  }
})

it('has words of its own for every action, the same before and after it', () => {
  const count = { targets: 2, lanes: 1 }
  const words = ACTIONS.flatMap((action) => [action.does(count), action.did(count)])
  expect(new Set(words).size).toBe(words.length)
  for (const { does, did } of ACTIONS) {
    const [before, after] = [does(count), did(count)].map((each) => each.split(' ').slice(1).join(' '))
    expect(before).toBe(after)
  }
})
