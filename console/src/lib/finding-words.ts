import type { Investigation } from '@cordon/api'

import { count } from './words.ts'

/** Microsoft's records of deliveries, as an administrator knows them. */
export const SOURCE_WORDS: Record<string, string> = {
  'message-trace': 'Message trace',
  hunting: 'Advanced hunting',
  'analyzed-emails': 'Defender’s analyzed emails',
}

/** What answered, and what follows from it for the mailboxes. */
export function findingSentence({ finding, method, state }: Investigation): string {
  if (method === 'scan') return 'Every mailbox is searched, as was chosen.'
  if (finding === undefined) {
    return state === 'queued' || state === 'running'
      ? 'Microsoft’s records of deliveries are being asked…'
      : 'Microsoft’s records of deliveries were not asked.'
  }
  const { source, pairs, complete } = finding
  if (source === 'none') return 'Microsoft’s records of deliveries did not answer; every mailbox is searched.'
  const found = `${SOURCE_WORDS[source]} named ${count(pairs, 'delivery', 'deliveries')}`
  return complete
    ? `${found} and knows of no other; only those mailboxes are searched.`
    : `${found} and may not know all; those mailboxes come first, then every other one.`
}
