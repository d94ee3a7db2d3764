import type { FollowUp, MailPerson } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import { deedsOf, findingWord, followUpSentence, peopleSentence } from './people.ts'

const YES = { is: 'yes', evidence: ['The mail is marked as read.'] } as const
const NO = { is: 'no', evidence: ['Safe Links saw no click.'] } as const
const FOLLOWED: FollowUp = { state: 'done', askedAt: '2026-11-21T08:00:00Z', copies: 6, unreached: 1, notes: [] }

describe('people of an investigation', () => {
  it('are told by what they did, and opening alone is no harm', () => {
    const person = { userPrincipalName: 'a@x.example', opened: YES, replied: NO, forwarded: YES, clicked: NO }
    expect(deedsOf(person as unknown as MailPerson)).toEqual(['opened', 'forwarded'])
    expect([findingWord('opened', YES as never).tone, findingWord('clicked', YES as never).tone]).toEqual([
      'warn',
      'bad',
    ])
    expect(findingWord('clicked', { is: 'unknown', evidence: [] }).word).toBe('Unknown')
  })

  it('are counted in a sentence', () => {
    const counts = { people: 1200, opened: 1, replied: 0, forwarded: 2, clicked: 3 }
    expect(peopleSentence({ counts })).toBe('1,200 people: 1 opened, 0 replied, 2 forwarded, 3 clicked')
  })

  it('come with what became of following them', () => {
    expect(followUpSentence(FOLLOWED)).toBe('6 further copies found, 1 not reached.')
    expect(followUpSentence({ ...FOLLOWED, state: 'waiting' })).toMatch(/when the search has ended/)
    expect(followUpSentence({ ...FOLLOWED, state: 'failed', failure: 'No token.' })).toContain('No token.')
  })
})
