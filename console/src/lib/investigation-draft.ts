import type { MailFilter } from '@cordon/api'

import type { MailPrefill } from './mail-prefill.ts'

/** A sentence of the filter while it is being written: its value stays when it is switched off. */
export interface DraftCondition {
  on: boolean
  value: string
}

export interface InvestigationDraft {
  name: string
  sender: DraftCondition
  subject: DraftCondition
  internetMessageId: DraftCondition
  /** As a datetime-local input has it: local time without zone. */
  receivedFrom: DraftCondition
  receivedTo: DraftCondition
  everyone: boolean
  users: string
}

const off: DraftCondition = { on: false, value: '' }

/**
 * A draft with the mail's facts filled in. Where the internet message ID is known it alone is switched on: it is exact,
 * and every further condition could only hide a copy that a gateway has marked or rewritten.
 */
export function draftFrom(mail: MailPrefill): InvestigationDraft {
  const condition = (value: string | undefined, on = true): DraftCondition =>
    value === undefined ? off : { on, value }
  const loose = mail.internetMessageId === undefined
  return {
    name: mail.subject === undefined ? '' : `Hunt: ${mail.subject}`.slice(0, 200),
    sender: condition(mail.sender, loose),
    subject: condition(mail.subject, loose),
    internetMessageId: condition(mail.internetMessageId),
    receivedFrom: off,
    receivedTo: off,
    everyone: true,
    users: '',
  }
}

/** The filter as the server takes it: only what is on and not empty, local times as ISO in UTC. */
export function filterOf(draft: InvestigationDraft): MailFilter {
  const text = (name: 'sender' | 'subject' | 'internetMessageId') => {
    const { on, value } = draft[name]
    return on && value.trim() !== '' ? { [name]: value.trim() } : {}
  }
  const moment = (name: 'receivedFrom' | 'receivedTo') => {
    const { on, value } = draft[name]
    const time = Date.parse(value)
    return on && !Number.isNaN(time) ? { [name]: new Date(time).toISOString() } : {}
  }
  return {
    ...text('sender'),
    ...text('subject'),
    ...text('internetMessageId'),
    ...moment('receivedFrom'),
    ...moment('receivedTo'),
  }
}

/** What an investigation is called when nobody named it. */
export function nameOf(filter: MailFilter): string {
  const subject = filter.subject ?? filter.sender ?? filter.internetMessageId
  return subject === undefined ? 'Investigation' : `Hunt: ${subject}`.slice(0, 200)
}
