import type { ActionRun, Investigation } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { timelineOf } from './timeline.ts'

const investigation = {
  createdBy: 'ana',
  createdAt: '2026-11-20T10:00:00.000Z',
  startedAt: '2026-11-20T10:00:01.000Z',
  endedAt: '2026-11-20T10:00:09.000Z',
  state: 'done',
  targets: { kind: 'all' },
  hits: 23,
  mailboxesDone: 60,
} as Investigation
const run = {
  id: 'r',
  createdBy: 'ana',
  createdAt: '2026-11-20T10:00:05.000Z',
  effect: 'Remove 23 messages.',
  state: 'rejected',
  decidedBy: 'ben',
  decidedAt: '2026-11-20T10:01:00.000Z',
  decisionNote: 'Wrong mail',
  targetsTotal: 23,
  targetsByState: {},
} as ActionRun

describe('the timeline of an investigation', () => {
  it('has what happened to it and to its actions in order', () => {
    expect(timelineOf(investigation, [run]).map(({ text }) => text)).toEqual([
      'ana started the investigation in all mailboxes',
      'The search began',
      'ana planned an action: Remove 23 messages.',
      'Done: 23 hits, 60 mailboxes settled',
      'ben rejected it: “Wrong mail”',
    ])
  })

  it('says nothing of what has not happened', () => {
    const { startedAt: _begun, endedAt: _ended, ...queued } = investigation
    expect(timelineOf(queued, [])).toHaveLength(1)
  })
})
