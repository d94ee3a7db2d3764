import type { ActionRun, ActionTarget, ActionTargetState } from '#domain/action-run.ts'

import { KINDS } from './kinds/index.ts'
import { findAction } from './plan.ts'

/** What is said of targets that came to another end than the run wanted. */
const OTHER_ENDS: Partial<Record<ActionTargetState, string>> = {
  'already-gone': 'already gone',
  'already-done': 'as wanted before',
  'moved-by-user': 'moved by the user',
  partly: 'done in part',
  failed: 'failed',
  'not-reachable': 'not reachable',
  'revert-failed': 'not put back',
  executed: 'accepted by Microsoft and not seen yet',
  protected: 'protected',
}

/**
 * What came of a run, in the words of its action: "Removed 21 messages from 20 mailboxes; 1 already gone, 1 failed." Of a
 * shadow run what would have: "Would have removed …". Undefined while nothing has.
 */
export function summarize(run: ActionRun, targets: readonly ActionTarget[]): string | undefined {
  if (run.startedAt === undefined) return undefined
  const { did } = findAction(run.action)
  const reverts = run.state === 'reverting' || run.targetsByState.reverted !== undefined
  const wanted: ActionTargetState = run.shadow ? 'would-change' : reverts ? 'reverted' : 'verified'
  const those = targets.filter(({ state }) => state === wanted)
  const count = { targets: those.length, lanes: new Set(those.map(({ lane }) => lane)).size }
  const said = reverts ? KINDS[run.targetKind].restored(count) : did(count, run.options)
  const sentence = run.shadow ? `Would have ${said}` : `${said.charAt(0).toUpperCase()}${said.slice(1)}`
  const others = Object.entries(OTHER_ENDS)
    .map(([state, words]) => [run.targetsByState[state as ActionTargetState] ?? 0, words] as const)
    .filter(([targetsInState]) => targetsInState > 0)
    .map(([targetsInState, words]) => `${targetsInState} ${words}`)
  return `${[sentence, ...(others.length > 0 ? [others.join(', ')] : [])].join('; ')}.${run.shadow ? ' Nothing was changed.' : ''}`
}
