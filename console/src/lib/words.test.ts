import type { ActionRun } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { actionable, bytesWords, confirmLabel, count, endedTargets, wasWords } from './words.ts'

const run = (state: ActionRun['state'], targetsByState: ActionRun['targetsByState']) =>
  ({ state, targetsByState }) as ActionRun

describe('words on the page', () => {
  it('puts the number on the button that acts', () => {
    expect(confirmLabel({ on: 'message', title: 'Delete permanently' }, 23)).toBe('Delete 23 messages permanently')
    expect(confirmLabel({ on: 'message', title: 'Delete message permanently' }, 1)).toBe('Delete 1 message permanently')
    expect(confirmLabel({ on: 'message', title: 'Mark with a warning' }, 2)).toBe('Mark 2 messages with a warning')
    expect(confirmLabel({ on: 'message', title: 'Move to Deleted Items' }, 1200)).toBe(
      'Move 1,200 messages to Deleted Items',
    )
    expect(confirmLabel({ on: 'user', title: 'Disable user and end sessions' }, 2)).toBe(
      'Disable 2 users and end sessions',
    )
    expect(confirmLabel({ on: 'user', title: 'End sessions of user' }, 1)).toBe('End sessions of 1 user')
  })

  it('says what was there before in a word', () => {
    const before = [
      { folderName: 'Inbox' },
      { accountEnabled: true },
      { accountEnabled: false },
      { riskState: 'atRisk' },
      { wasAllowed: 'Mail.Read offline_access' },
    ]
    expect(before.map(wasWords)).toEqual(['Inbox', 'Enabled', 'Disabled', 'atRisk', 'Mail.Read offline_access'])
    expect([undefined, {}].map(wasWords)).toEqual(['', ''])
  })

  it('leaves protected targets out of what a person confirms', () => {
    expect(actionable({ targetsTotal: 5, targetsByState: { planned: 3, protected: 2 } })).toBe(3)
  })

  it('says sizes in steps of a thousand', () => {
    expect([0, 999, 1000, 12_345, 123_456_789, 2e12].map(bytesWords)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '12.3 kB',
      '123 MB',
      '2.0 TB',
    ])
  })

  it('counts in the right number', () => {
    expect(count(1, 'mailbox', 'mailboxes')).toBe('1 mailbox')
    expect(count(0, 'hit')).toBe('0 hits')
  })

  it('counts what has ended in the direction the run is going', () => {
    const states = { verified: 3, failed: 1, reverted: 2, intended: 4 }
    expect(endedTargets(run('running', states))).toBe(4)
    expect(endedTargets(run('reverting', states))).toBe(2)
  })
})
