import type { ActionRun, Investigation } from '@cordon/api'

import {
  ACTION_RUN_STATE,
  count,
  endedTargets,
  INVESTIGATION_STATE,
  number,
  targetSentence,
  type Tone,
} from './words.ts'

/** Something that happened in an investigation. */
export interface TimelineEntry {
  at: string
  text: string
  tone: Tone
  /** The action run that it is about. */
  actionRunId?: string
}

/** What people and Cordon did, in the order in which it happened. */
export function timelineOf(investigation: Investigation, runs: readonly ActionRun[]): TimelineEntry[] {
  const entries = [...investigationEntries(investigation), ...runs.flatMap(runEntries)]
  return entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

function investigationEntries(investigation: Investigation): TimelineEntry[] {
  const { createdBy, createdAt, startedAt, endedAt, targets, state, failure, hits, mailboxesDone } = investigation
  const { word, tone } = INVESTIGATION_STATE[state]
  const found = `${count(hits, 'hit')}, ${count(mailboxesDone, 'mailbox', 'mailboxes')} settled`
  return [
    { at: createdAt, tone: 'quiet', text: `${createdBy} started the investigation in ${targetSentence(targets)}` },
    ...(startedAt === undefined ? [] : [{ at: startedAt, tone: 'quiet' as const, text: 'The search began' }]),
    ...(endedAt === undefined ? [] : [{ at: endedAt, tone, text: `${word}: ${failure ?? found}` }]),
  ]
}

function runEntries(run: ActionRun): TimelineEntry[] {
  const { id: actionRunId, shadow, effect, createdBy, decidedBy, decisionNote, state, targetsTotal } = run
  const what = shadow ? 'a shadow run' : 'an action'
  const decision = state === 'rejected' ? 'rejected' : 'approved'
  const { word, tone } = ACTION_RUN_STATE[state]
  const entry = (at: string | undefined, text: string, its: Tone = 'quiet'): TimelineEntry[] =>
    at === undefined ? [] : [{ at, text, tone: its, actionRunId }]
  return [
    ...entry(run.createdAt, `${createdBy} planned ${what}: ${effect}`),
    ...entry(
      run.decidedAt,
      `${decidedBy} ${decision} it${decisionNote === undefined ? '' : `: “${decisionNote}”`}`,
      state === 'rejected' ? 'warn' : 'good',
    ),
    ...entry(
      run.startedAt,
      `${shadow ? 'The shadow run' : 'The action'} began on ${count(targetsTotal, 'message')}`,
      'busy',
    ),
    ...entry(
      run.endedAt,
      `${shadow ? 'Shadow run' : 'Action'} ${word.toLowerCase()}: ${number(endedTargets(run))} of ${count(targetsTotal, 'message')} settled`,
      tone,
    ),
  ]
}
