import type { Finding, FollowUp, InvestigationPeople, MailPerson } from '@cordon/api'

import { count, number, type Tone } from './words.ts'

/** What a person may have done with a mail, in the order in which it gets worse. */
export const DEEDS = ['opened', 'replied', 'forwarded', 'clicked'] as const
export type Deed = (typeof DEEDS)[number]

/** A finding as a word; whoever has only opened it has done nothing wrong. */
export function findingWord(deed: Deed, { is }: Finding): { word: string; tone: Tone } {
  if (is === 'yes') return { word: 'Yes', tone: deed === 'opened' ? 'warn' : 'bad' }
  return is === 'unknown' ? { word: 'Unknown', tone: 'warn' } : { word: 'No', tone: 'quiet' }
}

/** What somebody did, for where there is no room for columns. */
export function deedsOf(person: MailPerson): Deed[] {
  return DEEDS.filter((deed) => person[deed].is === 'yes')
}

/** "27 people: 20 opened, 1 replied, 2 forwarded, 3 clicked". */
export function peopleSentence({ counts }: Pick<InvestigationPeople, 'counts'>): string {
  const deeds = DEEDS.map((deed) => `${number(counts[deed])} ${deed}`).join(', ')
  return `${count(counts.people, 'person', 'people')}: ${deeds}`
}

/** How following the hits stands. */
export function followUpSentence({ state, copies, unreached, failure }: FollowUp): string {
  if (state === 'waiting') return 'Begins when the search has ended.'
  if (state === 'failed') return `It failed. ${failure ?? ''}`
  const found = `${count(copies, 'further copy', 'further copies')} found, ${number(unreached)} not reached.`
  return state === 'running' ? `Under way: ${found}` : found
}
